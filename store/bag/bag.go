package bag

import (
	"errors"
	"fmt"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/posko-ir/posko/store/ledger"
)

// Namespaces of the two signatures in a bag.
const (
	NamespaceExport = "posko-export-v1"
	NamespaceSeal   = "posko-seal-v1"
)

// Version is the layout that this program writes. The form of custody.txt and
// of every JSON record belongs to it.
const Version = "1"

// Names of the files in a bag.
const (
	fileBagit       = "bagit.txt"
	fileInfo        = "bag-info.txt"
	fileSigners     = "allowed_signers"
	fileInstruction = "VERIFY.txt"
	fileManifest    = "manifest-sha256.txt"
	fileTagManifest = "tagmanifest-sha256.txt"
	fileSignature   = "tagmanifest-sha256.txt.sig"

	dirData         = "data/"
	dirItems        = "data/items/"
	dirSeals        = "data/seals/"
	dirLedger       = "data/ledger/"
	fileSealSigners = dirSeals + "allowed_signers"
	fileCustody     = "data/custody.json"
	fileCustodyText = "data/custody.txt"
	fileWithheld    = "data/withheld.jsonl"
	fileEntries     = dirLedger + "entries.jsonl"
	collectionList  = "manifest.jsonl"

	bagitText = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
)

// Limits on what Verify reads. MaxFiles also bounds the lines of a record file.
const (
	MaxFiles     = 1_000_000
	maxSmallFile = 1 << 20 // tag files but for the manifest, seals, checkpoints
	maxLine      = 8 << 20 // one record; the canonical form has the same limit
	maxFindings  = 10_000
)

// Errors of this package; match them with errors.Is.
var (
	// ErrIntegrity is returned by Verify when at least one finding is an error.
	ErrIntegrity = errors.New("the bag does not verify")
	// ErrNotEmpty is returned by Write for a folder that holds something already.
	ErrNotEmpty = errors.New("the folder is not empty; choose a new or an empty one")
	// ErrLeft is returned when a bag failed and something of it could not be removed.
	ErrLeft = errors.New("something of the unfinished bag is left")
	// ErrItemChanged is returned by Write when an item's bytes are not those that were recorded.
	ErrItemChanged = errors.New("the bytes are not those that were recorded")
	// ErrContents is returned by Write for contents that a bag cannot hold or that would not verify.
	ErrContents = errors.New("cannot be exported")
	// ErrPin is returned by Verify for a pin that cannot be read.
	ErrPin = errors.New("the expected signer cannot be read")
	// ErrRecipients is returned for recipients that one file cannot have.
	ErrRecipients = errors.New("not usable as recipients")
)

// Options are what Write and Verify need from their caller.
type Options struct {
	// Words gives the fingerprint of a key as words. Write needs it, and Verify
	// needs it for a pin in words.
	Words func(ssh.PublicKey) []string
	// Progress, if set, is called after every file and every 32 MiB of one.
	Progress func(Progress)
}

// Summary is what Write did.
type Summary struct {
	Files             int64       `json:"files"` // payload files
	Bytes             int64       `json:"bytes"` // payload bytes
	Items             int64       `json:"items"`
	Entries           int64       `json:"entries"`
	Hidden            int64       `json:"hidden"`             // entries whose body is not in it
	Withheld          int64       `json:"withheld"`           // items, and whole collections, that are not in it
	TagManifestSHA256 ledger.Hash `json:"tagmanifest_sha256"` // what was signed
	Words             []string    `json:"words"`
}

// ItemPath is where a bag keeps the bytes of an item.
func ItemPath(collection string, line int64) string {
	return fmt.Sprintf("%s%s/%06d.bin", dirItems, collection, line)
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
