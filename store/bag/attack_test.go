package bag

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/posko-ir/posko/store/ledger"
)

// tampered is a fresh good bag of ana's to be changed.
func tampered(t *testing.T) (x tamper, ana, eve person) {
	t.Helper()
	ana, eve = newPerson(t, "ana"), newPerson(t, "eve")
	return tamper{t, goodBag(t, ana)}, ana, eve
}

// mustFind verifies a tampered bag and demands an error with the code.
func mustFind(t *testing.T, dir string, want Code) Report {
	t.Helper()
	rep, err := Verify(t.Context(), dir, Pin{}, withWords)
	if !errors.Is(err, ErrIntegrity) || rep.Intact || !slices.Contains(codes(rep, Error), string(want)) {
		t.Errorf("error %v, codes %v, want %s", err, codes(rep, Error), want)
	}
	return rep
}

// What git cannot carry: other kinds of files, and names of every sort.
func TestAttack45_AddedThingsThatAreNoPlainFiles(t *testing.T) {
	for name, c := range map[string]struct {
		add  func(x tamper) error
		want Code
	}{
		"link":         {func(x tamper) error { return os.Symlink("/etc/passwd", x.path("data/link")) }, CodeType},
		"link inside":  {func(x tamper) error { return os.Symlink("report.md", x.path("data/items/x.bin")) }, CodeType},
		"link to .":    {func(x tamper) error { return os.Symlink(".", x.path("data/loop")) }, CodeType},
		"pipe":         {func(x tamper) error { return mkfifo(x.path("data/pipe")) }, CodeType},
		"empty folder": {func(x tamper) error { return os.MkdirAll(x.path("data/a/b"), 0o700) }, CodeUnlisted},
		"odd folder":   {func(x tamper) error { return os.Mkdir(x.path("data/.. "), 0o700) }, CodeName},
		"hidden file":  {func(x tamper) error { return os.WriteFile(x.path(".hidden"), nil, 0o600) }, CodeName},
		"newline":      {func(x tamper) error { return os.WriteFile(x.path("data/a\nb"), nil, 0o600) }, CodeName},
		"bidi":         {func(x tamper) error { return os.WriteFile(x.path("data/\u202efdp.exe"), nil, 0o600) }, CodeName},
		"not UTF-8":    {func(x tamper) error { return os.WriteFile(x.path("data/\xff"), nil, 0o600) }, CodeName},
		"option":       {func(x tamper) error { return os.WriteFile(x.path("-rf"), nil, 0o600) }, CodeName},
	} {
		t.Run(name, func(t *testing.T) {
			x, _, _ := tampered(t)
			if err := c.add(x); err != nil {
				t.Skipf("this file system refuses it: %v", err)
			}
			mustFind(t, x.dir, c.want)
			if out, failed := paste(t, x.dir, goodCommands(t)); !slices.Contains(failed, "3") {
				t.Errorf("VERIFY.txt does not see it: %v\n%s", failed, out)
			}
		})
	}
}

func TestAttack42_ListedFilesReplacedByOtherThings(t *testing.T) {
	for name, c := range map[string]struct {
		change func(x tamper) error
		want   Code
	}{
		"item by a link":      {func(x tamper) error { return relink(x, "data/items/E1/000001.bin") }, CodeType},
		"manifest by a link":  {func(x tamper) error { return relink(x, fileManifest) }, CodeType},
		"signature by a link": {func(x tamper) error { return relink(x, fileSignature) }, CodeType},
		"custody by a pipe":   {func(x tamper) error { return repipe(x, fileCustody) }, CodeType},
		"signers by a pipe":   {func(x tamper) error { return repipe(x, fileSigners) }, CodeType},
		"seal by a folder": {func(x tamper) error {
			x.remove("data/seals/S1.json")
			return os.Mkdir(x.path("data/seals/S1.json"), 0o700)
		}, CodeMissing},
	} {
		t.Run(name, func(t *testing.T) {
			x, _, _ := tampered(t)
			if err := c.change(x); err != nil {
				t.Skipf("this file system refuses it: %v", err)
			}
			mustFind(t, x.dir, c.want)
		})
	}
}

// relink moves a file out of the bag and leaves a link to it.
func relink(x tamper, name string) error {
	away := filepath.Join(filepath.Dir(x.dir), "away")
	return errors.Join(os.Rename(x.path(name), away), os.Symlink(away, x.path(name)))
}

func repipe(x tamper, name string) error {
	return errors.Join(os.Remove(x.path(name)), mkfifo(x.path(name)))
}

func TestAttack42_SignedManifestWithBadLines(t *testing.T) {
	zero := ledger.Hash{}.String()
	for name, line := range map[string]string{
		"outside":        zero + "  data/../x\n",
		"absolute":       zero + "  /etc/passwd\n",
		"device":         zero + "  data/CON.txt\n",
		"encoded":        zero + "  data/a%0Ab\n",
		"tag file":       zero + "  bagit.txt\n",
		"duplicate":      zero + "  data/report.md\n",
		"case clash":     zero + "  data/Report.md\n",
		"binary mark":    zero + " *data/report.md\n",
		"one space":      zero + " data/x\n",
		"upper case":     strings.Repeat("A", 64) + "  data/x\n",
		"carriage":       zero + "  data/x\r\n",
		"empty line":     "\n",
		"no end of line": zero + "  data/x",
		"very long":      zero + "  data/" + strings.Repeat("x", 2*maxManifestLine) + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			x, ana, _ := tampered(t)
			x.resign(ana, line)
			mustFind(t, x.dir, CodeManifest)
		})
	}
}

func TestAttack08_RecordsWithDuplicateVariantOrUnknownKeys(t *testing.T) {
	for name, c := range map[string]struct {
		file, old, with string
		want            Code
	}{
		"custody variant":   {fileCustody, `"action":"exported"`, `"ACTION":"destroyed","action":"exported"`, CodeCustody},
		"custody duplicate": {fileCustody, `"action":"exported"`, `"action":"exported","action":"exported"`, CodeCustody},
		"custody unknown":   {fileCustody, `"why":"first look"`, `"why":"first look","x":1`, CodeCustody},
		"entry variant":     {fileEntries, `"state":"open"`, `"STATE":"open","state":"open"`, CodeEntry},
		"entry unknown":     {fileEntries, `"state":"open"`, `"state":"open","z":0`, CodeEntry},
		"withheld variant":  {fileWithheld, `"state"`, `"State"`, CodeItemWithheld},
		"collected variant": {"data/items/E1/manifest.jsonl", `"sha256":"`, `"SHA256":"`, CodeItem},
		"seal unknown":      {"data/seals/S1.json", `"v":1`, `"v":1,"x":1`, CodeSeal},
	} {
		t.Run(name, func(t *testing.T) {
			x, ana, _ := tampered(t)
			x.replace(c.file, c.old, c.with)
			x.resign(ana)
			mustFind(t, x.dir, c.want)
		})
	}
}

func TestAttack09_RecordsThatAreNotCanonical(t *testing.T) {
	for name, c := range map[string]struct {
		file, old, with string
		want            Code
	}{
		"custody space":      {fileCustody, `[{`, `[ {`, CodeCustody},
		"custody spelling":   {fileCustody, `"why":"first look"`, `"why":"first loo\u006b"`, CodeCustody},
		"custody trailing":   {fileCustody, `"}]`, `"}][]`, CodeCustody},
		"custody unfinished": {fileCustody, `"}]`, `"}`, CodeCustody},
		"custody no list":    {fileCustody, `[{`, `{`, CodeCustody},
		"custody missing":    {fileCustodyText, `Ana`, `Eve`, CodeCustody},
		"entry space":        {fileEntries, `{"body"`, `{ "body"`, CodeEntry},
		"entry cut":          {fileEntries, `{"body"`, `{"bo`, CodeEntry},
		"entry proof":        {fileEntries, `"proof":["`, `"proof":["` + strings.Repeat("0", 64) + `","`, CodeEntry},
		"leaf changed":       {fileEntries, `\"actor\":\"ana\"`, `\"actor\":\"eve\"`, CodeEntry},
		"reason removed":     {fileEntries, `"reason":"names a witness",`, ``, CodeEntry},
		"withheld reason":    {fileWithheld, `a customer asked for it`, ``, CodeItemWithheld},
		"withheld other":     {fileWithheld, `"n":4`, `"n":3`, CodeItem},
		"seal space":         {"data/seals/S1.json", `{"case"`, `{ "case"`, CodeSeal},
		"seal signer":        {fileSealSigners, `ana `, `eve `, CodeSeal},
		"checkpoint":         {"data/ledger/a1.checkpoint", "\n5\n", "\n6\n", CodeCheckpoint},
		"device key":         {"data/ledger/a1.key", "posko.ledger/a1+", "posko.ledger/a2+", CodeCheckpoint},
		"info label":         {fileInfo, "Posko-Entries: 2", "Posko-Entries: 3", CodeCount},
		"info twice":         {fileInfo, "Posko-Entries: 2", "Posko-Entries: 2\nPosko-Entries: 2", CodeFormat},
		"info folded":        {fileInfo, "Posko-Entries: 2", "Posko-Entries:\n 2", CodeFormat},
		"info version":       {fileInfo, "Posko-Bag-Version: 1", "Posko-Bag-Version: 2", CodeFormat},
		"info tag":           {fileInfo, "Posko-Case-Tag: tag7", "Posko-Case-Tag: tag8", CodeEntry},
		"bagit version":      {fileBagit, "1.0", "0.97", CodeFormat},
	} {
		t.Run(name, func(t *testing.T) {
			x, ana, _ := tampered(t)
			x.replace(c.file, c.old, c.with)
			if c.file != fileInfo { // which resign must be able to read
				x.resign(ana)
			}
			mustFind(t, x.dir, c.want)
		})
	}
}

func TestAttack11_NamesInTheCustodyTableAreVisible(t *testing.T) {
	x, _, _ := tampered(t)
	text := string(x.read(fileCustodyText))
	for _, want := range []string{`invoice\u{202e}fdp.exe\u{000a}\u{001b}[2Jstep 3: OK`, `caf\xe9`, `for the court \u{007c} by hand`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	if strings.ContainsAny(text, "\u202e\x1b") || !utf8.ValidString(text) {
		t.Error("a raw character came through")
	}
	if !strings.Contains(string(x.read(fileCustody)), `"name_b64":"Y2Fm6Q=="`) {
		t.Error("the bytes of a name that is not UTF-8 are lost")
	}
}

func TestFolderThatIsNoBag(t *testing.T) {
	rep := mustFind(t, t.TempDir(), CodeMissing)
	if len(rep.Findings) < 5 || rep.Signer != SignerInvalid {
		t.Errorf("findings: %+v", rep.Findings)
	}
	if _, err := Verify(t.Context(), filepath.Join(t.TempDir(), "none"), Pin{}, withWords); err == nil || errors.Is(err, ErrIntegrity) {
		t.Errorf("no folder at all: %v", err)
	}
}

func TestFindingsAreBounded(t *testing.T) {
	var r Report
	for range maxFindings + 5 {
		r.add(Warning, CodeName, "x", "x")
	}
	r.add(Error, CodeName, "x", "x")
	if err := r.finish(); !errors.Is(err, ErrIntegrity) || len(r.Findings) != maxFindings+1 {
		t.Errorf("%d findings, %v", len(r.Findings), err)
	}
}

func TestAttack45_TwoSignersCannotShareTheWordsOfOne(t *testing.T) {
	x, ana, eve := tampered(t)
	for name, text := range map[string]string{
		"any namespace": allowedSigner{"ana", []string{NamespaceExport, NamespaceSeal}, ana.Key}.encode() + "ana " + keyOf(eve),
		"comment line":  "# a comment\n" + allowedSigner{"ana", []string{NamespaceExport, NamespaceSeal}, eve.Key}.encode(),
		"authority":     "ana cert-authority,namespaces=\"posko-export-v1,posko-seal-v1\" " + keyOf(eve),
		"empty":         "",
	} {
		t.Run(name, func(t *testing.T) {
			x.write(fileSigners, text)
			x.resignWith(eve)
			mustFind(t, x.dir, CodeSignature)
			out, failed := paste(t, x.dir, goodCommands(t))
			if strings.HasPrefix(out, "0\n1\n") && !slices.Contains(failed, "2") {
				t.Errorf("VERIFY.txt does not see it:\n%s", out)
			}
		})
	}
}

func keyOf(p person) string {
	line := allowedSigner{"x", []string{"y"}, p.Key}.encode()
	return line[strings.Index(line, "ssh-ed25519"):]
}

func TestVerifyDoesNotWaitForPipes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no named pipes in folders on Windows")
	}
	x, _, _ := tampered(t)
	for _, name := range []string{fileBagit, fileManifest, fileTagManifest, fileEntries} {
		if err := repipe(x, name); err != nil {
			t.Fatal(err)
		}
	}
	done := make(chan Report, 1)
	go func() { done <- mustFind(t, x.dir, CodeType) }()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatal("still waiting for a pipe")
	}
}
