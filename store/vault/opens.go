package vault

import (
	"os"

	"filippo.io/age"
)

// Opens reports whether an unfinished batch holds anything to go on with that
// the identity can read. A batch of another case does not open.
func (v *Vault) Opens(id string, with age.Identity) bool {
	if !ValidName(id) {
		return false
	}
	f, err := os.Open((&journal{folder: v.batchFolder(id)}).partPath(0))
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }() // only read
	_, err = age.Decrypt(f, with)
	return err == nil
}
