package bag

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/posko-ir/posko/store/ledger"
)

// readInside checks that what the payload says fits together. It runs even when
// the outside does not hold: that often tells what was changed.
func (v *verifier) readInside(ctx context.Context) error {
	v.heads, v.entries = map[string]ledger.Head{}, map[string]bool{}
	v.sealed, v.withheld = map[string]SealedCollection{}, map[string]withheldRecord{}
	for _, read := range []func(context.Context) error{
		v.readWithheld, v.readSeals, v.readCollections, v.readCheckpoints, v.readEntries, v.readCustody, v.compareCounts,
	} {
		if err := read(ctx); err != nil {
			return err
		}
	}
	return nil
}

// below returns the listed payload paths "PREFIX…SUFFIX" without both ends.
func (v *verifier) below(prefix, suffix string) []string {
	var out []string
	for _, f := range v.payload {
		name, ok := strings.CutPrefix(f.path, prefix)
		if name, fits := strings.CutSuffix(name, suffix); ok && fits {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

func (v *verifier) readSeals(context.Context) error {
	ids := v.below(dirSeals, ".json")
	var signers []allowedSigner
	if len(ids) > 0 {
		data, ok, err := v.small(fileSealSigners, maxSmallFile)
		if err != nil {
			return err
		}
		if signers, err = ownSigners(data); err != nil || !ok {
			v.bad(CodeSeal, fileSealSigners, "the list of those who signed the seals cannot be read")
		}
	}
	for _, id := range ids {
		if err := v.readSeal(id, signers); err != nil {
			return err
		}
	}
	return nil
}

func (v *verifier) readSeal(id string, signers []allowedSigner) error {
	path := dirSeals + id + ".json"
	data, ok, err := v.small(path, maxLine)
	if err != nil || !ok {
		return err
	}
	armored, ok, err := v.small(path+".sig", maxArmored)
	if err != nil {
		return err
	}
	m, err := ParseSeal(data)
	if err != nil {
		v.bad(CodeSeal, path, "seal %s: %v", id, err)
		return nil
	}
	if !ok {
		v.bad(CodeSeal, path, "seal %s has no signature", id)
		return nil
	}
	if m.Seal != id || m.Case != v.rep.Case {
		v.bad(CodeSeal, path, "seal %s is of seal %s, case %s", id, visible(m.Seal), visible(m.Case))
	}
	var why error = errors.New("nobody of that name is in the list of signers")
	for _, s := range signers {
		if s.principal != m.Officer || !s.allows(NamespaceSeal) {
			continue
		}
		if why = checkSignature(s.key, NamespaceSeal, data, armored); why == nil {
			v.addSeal(m, s.key)
			return nil
		}
	}
	v.bad(CodeSeal, path+".sig", "seal %s is not signed by %s: %v", id, visible(m.Officer), why)
	return nil
}

// addSeal reports a good seal and whose it is.
func (v *verifier) addSeal(m SealManifest, key ssh.PublicKey) {
	s := SealReport{
		Seal: m.Seal, Officer: m.Officer, Sealed: m.Sealed,
		Fingerprint: ssh.FingerprintSHA256(key), Words: v.words(key),
	}
	switch {
	case sameKey(key, v.key):
		s.Signer = v.rep.Signer
	case v.pin.judge(key, NamespaceSeal, s.Words) == SignerPinned:
		s.Signer = SignerPinned
	default:
		s.Signer = SignerUnpinned
		v.rep.add(Warning, CodeSealSigner, dirSeals+m.Seal+".json",
			"seal %s is by another key than the bag, %s: compare its owner's words too", m.Seal, s.Fingerprint)
	}
	for _, c := range m.Collections {
		if before, twice := v.sealed[c.Collection]; twice && before != c {
			v.bad(CodeSeal, dirSeals+m.Seal+".json", "two seals say different things about collection %s", c.Collection)
		}
		v.sealed[c.Collection] = c
		s.Collections = append(s.Collections, c.Collection)
		v.sealedList(c)
	}
	v.rep.Seals = append(v.rep.Seals, s)
}

// sealedList demands the list of a sealed collection, or that it is said to be
// withheld by the hash that was sealed.
func (v *verifier) sealedList(c SealedCollection) {
	if v.payload.get(dirItems+c.Collection+"/"+collectionList) != nil {
		return
	}
	switch w, withheld := v.withheld[wholePath(c.Collection)]; {
	case !withheld:
		v.bad(CodeCollection, dirItems+c.Collection, "the manifest of sealed collection %s is missing", c.Collection)
	case w.SHA256 != c.Manifest:
		v.bad(CodeCollection, fileWithheld, "the hash of withheld collection %s is not the one that was sealed", c.Collection)
	}
}

// records reads a payload file of lines, if there is one. A line that check
// refuses is a finding.
func (v *verifier) records(ctx context.Context, c Code, path string, check func(line []byte) error) error {
	f, ok, err := v.open(path)
	if err != nil || !ok {
		return err
	}
	defer f.Close() //nolint:errcheck // opened for reading
	in := &remembering{r: reading(ctx, f)}
	n := 0
	err = eachLine(in, maxLine, func(line []byte) error {
		if n++; n > MaxFiles {
			return fmt.Errorf("more than %d lines", MaxFiles)
		}
		if err := check(line); err != nil {
			v.bad(c, path, "line %d of %s: %v", n, path, err)
		}
		return nil
	})
	if in.err != nil {
		return fmt.Errorf("read %s: %w", path, in.err)
	}
	if err != nil {
		v.bad(c, path, "%s: %v", path, err)
	}
	return nil
}

func (v *verifier) readWithheld(ctx context.Context) error {
	return v.records(ctx, CodeItemWithheld, fileWithheld, func(line []byte) error {
		r, err := parseWithheld(line)
		if err != nil {
			return err
		}
		path, name := ItemPath(r.Collection, r.Line), fmt.Sprintf("item %s/%d", r.Collection, r.Line)
		if r.Line == 0 {
			path, name = wholePath(r.Collection), "collection "+r.Collection
		}
		if _, twice := v.withheld[path]; twice {
			return fmt.Errorf("%s stands there twice", name)
		}
		v.withheld[path] = r
		v.rep.Withheld++
		v.rep.add(Info, CodeItemWithheld, path, "%s is not here: %s: %s", name, r.State, visible(r.Reason))
		return nil
	})
}

func (v *verifier) readCheckpoints(context.Context) error {
	for _, id := range v.below(dirLedger, ".checkpoint") {
		path := dirLedger + id + ".checkpoint"
		signed, ok, err := v.small(path, maxSmallFile)
		if err != nil || !ok {
			return err
		}
		key, _, err := v.small(dirLedger+id+".key", maxSmallFile)
		if err != nil {
			return err
		}
		c, err := openCheckpoint(id, key, signed)
		if err != nil {
			v.bad(CodeCheckpoint, path, "the checkpoint of log %s: %v", id, err)
			continue
		}
		v.heads[id] = c.Head
		v.rep.Checkpoints = append(v.rep.Checkpoints, c)
	}
	return nil
}

func (v *verifier) readEntries(ctx context.Context) error {
	if v.payload.get(fileEntries) == nil {
		v.bad(CodeMissing, fileEntries, "the entries of the case are missing")
		return nil
	}
	order := newEntryOrder(v.infoTag(), v.heads)
	hidden := map[string]int{}
	err := v.records(ctx, CodeEntry, fileEntries, func(line []byte) error {
		v.rep.Entries++
		e, err := parseEntry(line)
		if err != nil {
			return err
		}
		v.entries[e.id()] = true
		if e.state != StateOpen {
			v.rep.Hidden++
			hidden[e.state]++
		}
		return order.check(e)
	})
	for _, state := range []string{StateWithheld, StateDestroyed} {
		if n := hidden[state]; n > 0 {
			v.rep.add(Info, CodeEntryHidden, fileEntries, "the bodies of %d entries are %s", n, state)
		}
	}
	return err
}

func (v *verifier) infoTag() string {
	if v.info == nil {
		return ""
	}
	return v.infoValue(labelTag)
}

// readCustody checks every event, and by writing both files again that they say
// the same.
func (v *verifier) readCustody(ctx context.Context) error {
	f, ok, err := v.open(fileCustody)
	if err != nil {
		return err
	}
	if !ok {
		v.bad(CodeMissing, fileCustody, "the chain of custody is missing")
		return nil
	}
	defer f.Close() //nolint:errcheck // opened for reading
	records, text := sha256.New(), sha256.New()
	again := &custodyWriter{json: records, text: text, drill: v.rep.Drill}
	if err := again.begin(); err != nil {
		return err
	}
	in := &remembering{r: reading(ctx, f)}
	err = eachCustody(in, func(r custodyRecord) error {
		v.rep.Custody++
		v.custodyEvent(r)
		return again.add(r)
	})
	if in.err != nil {
		return fmt.Errorf("read %s: %w", fileCustody, in.err)
	}
	if err != nil {
		v.bad(CodeCustody, fileCustody, "custody.json: %v", err)
		return nil
	}
	if err := again.end(); err != nil {
		return err
	}
	if l := v.payload.get(fileCustody); l != nil && l.hash != ledger.Hash(records.Sum(nil)) {
		v.bad(CodeCustody, fileCustody, "custody.json is not canonical")
	}
	if l := v.payload.get(fileCustodyText); l == nil || l.hash != ledger.Hash(text.Sum(nil)) {
		v.bad(CodeCustody, fileCustodyText, "custody.txt does not say what custody.json says")
	}
	return nil
}

// custodyEvent checks what an event cites.
func (v *verifier) custodyEvent(r custodyRecord) {
	if r.Entry != "" && !v.entries[r.Entry] {
		v.bad(CodeCustody, fileCustody, "a custody event of %s rests on entry %s, which is not in the bag", visible(r.At), visible(r.Entry))
	}
	collection, line, isItem := strings.Cut(r.Item, "/")
	if !isItem || r.SHA256 == nil {
		return
	}
	path, err := itemPathOf(collection, line)
	if err != nil {
		v.bad(CodeCustody, fileCustody, "a custody event names item %s, which is no item", visible(r.Item))
		return
	}
	here, gone := v.payload.get(path), v.withheld[path]
	switch {
	case here != nil && here.hash == *r.SHA256, gone.Line > 0 && gone.SHA256 == *r.SHA256:
	default:
		v.bad(CodeCustody, fileCustody, "a custody event gives item %s a hash that the bag does not", visible(r.Item))
	}
}

func (v *verifier) compareCounts(context.Context) error {
	if v.info == nil {
		return nil
	}
	for _, c := range []struct {
		label string
		n     int64
	}{
		{labelItems, v.rep.Items},
		{labelSeals, int64(len(v.below(dirSeals, ".json")))},
		{labelEntries, v.rep.Entries},
	} {
		if got := v.infoValue(c.label); got != fmt.Sprint(c.n) {
			v.bad(CodeCount, fileInfo, "bag-info.txt says %s %s, the bag holds %d", c.label, visible(got), c.n)
		}
	}
	return nil
}
