package bag

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/crypto/ssh"
)

// readTags reads the files beside data/, checks their form, and the signature.
// Whether their bytes are those listed is for walk to see.
func (v *verifier) readTags(context.Context) error {
	for _, read := range []func() error{v.readBagit, v.readManifests, v.readInfo, v.readSignature} {
		if err := read(); err != nil {
			return err
		}
	}
	return nil
}

func (v *verifier) readBagit() error {
	data, ok, err := v.required(fileBagit)
	if ok && string(data) != bagitText {
		v.bad(CodeFormat, fileBagit, "bagit.txt is not that of a BagIt 1.0 bag in UTF-8")
	}
	return err
}

// required reads a short tag file. If it is missing, that is a finding here: no
// manifest need list it.
func (v *verifier) required(path string) ([]byte, bool, error) {
	_, err := v.root.Lstat(path)
	if err != nil {
		v.bad(CodeMissing, path, "%s is missing; without it this is no Posko bag", path)
		return nil, false, nil //nolint:nilerr // the finding says it
	}
	return v.small(path, maxSmallFile)
}

func (v *verifier) readManifests() error {
	var err error
	if v.tags, err = v.readManifest(fileTagManifest, false); err != nil {
		return err
	}
	for _, name := range []string{fileBagit, fileInfo, fileSigners, fileInstruction, fileManifest} {
		if v.tags.get(name) == nil {
			v.bad(CodeManifest, fileTagManifest, "%s does not list %s", fileTagManifest, name)
		}
	}
	v.payload, err = v.readManifest(fileManifest, true)
	return err
}

func (v *verifier) readManifest(name string, payload bool) (listing, error) {
	f, ok, err := v.open(name)
	if err != nil {
		return nil, err
	}
	if !ok {
		v.bad(CodeMissing, name, "%s is missing; without it this is no Posko bag", name)
		return listing{}, nil
	}
	defer f.Close() //nolint:errcheck // opened for reading
	in := &remembering{r: f}
	list, err := readListing(in, payload, func(line int, err error) {
		v.bad(CodeManifest, name, "line %d of %s: %v", line, name, err)
	})
	if in.err != nil {
		return nil, fmt.Errorf("read %s: %w", name, in.err)
	}
	if err != nil {
		v.bad(CodeManifest, name, "%s: %v", name, err)
	}
	return list, nil
}

func (v *verifier) readInfo() error {
	data, ok, err := v.required(fileInfo)
	if err != nil || !ok {
		return err
	}
	info, err := parseBagInfo(data)
	if err != nil {
		v.bad(CodeFormat, fileInfo, "bag-info.txt: %v", err)
		return nil
	}
	v.info = info
	v.rep.Case = v.infoValue(labelCase)
	v.rep.Organisation = v.infoValue(labelOrganisation)
	v.rep.Created = v.infoValue(labelCreated)
	v.rep.Limits = info.all(labelLimit)
	v.rep.Drill = slices.Contains(info.all(labelDescription), drillMark)
	if version := v.infoValue(labelVersion); version != Version {
		v.bad(CodeFormat, fileInfo, "the bag has version %q, this program reads %s; use a newer Posko", version, Version)
	}
	return nil
}

func (v *verifier) infoValue(label string) string {
	value, err := v.info.one(label)
	if err != nil {
		v.bad(CodeFormat, fileInfo, "bag-info.txt: %v", err)
	}
	return value
}

// readSignature checks who signed the list of files. It names exactly one key,
// so that the words of one key cannot stand for the signature of another.
func (v *verifier) readSignature() error {
	data, ok, err := v.required(fileSigners)
	if err != nil || !ok {
		return err
	}
	signers, err := ownSigners(data)
	if err != nil || len(signers) != 1 || !slices.Equal(signers[0].namespaces, []string{NamespaceExport, NamespaceSeal}) {
		v.bad(CodeSignature, fileSigners, "allowed_signers does not name exactly one key in the form that Posko writes")
		return nil
	}
	v.key, v.rep.Principal = signers[0].key, signers[0].principal
	v.rep.Fingerprint, v.rep.Words = ssh.FingerprintSHA256(v.key), v.words(v.key)
	if v.info != nil && v.infoValue(labelOfficer) != v.rep.Principal {
		v.bad(CodeFormat, fileInfo, "bag-info.txt names another officer than allowed_signers")
	}
	message, ok, err := v.small(fileTagManifest, maxSmallFile)
	if err != nil || !ok {
		return err
	}
	armored, ok, err := v.required(fileSignature)
	if err != nil || !ok {
		return err
	}
	if err := checkSignature(v.key, NamespaceExport, message, armored); err != nil {
		v.bad(CodeSignature, fileSignature, "the list of files is not signed by the key of the bag: %v", err)
		return nil
	}
	v.judgeSigner()
	return nil
}

func (v *verifier) judgeSigner() {
	v.rep.Signer = v.pin.judge(v.key, NamespaceExport, v.rep.Words)
	switch v.rep.Signer {
	case SignerUnpinned:
		v.rep.add(Info, CodeUnpinned, fileSigners,
			"who signed is not proved: compare the twelve words with those on paper or by phone")
	case SignerWrong:
		v.bad(CodeWrongSigner, fileSigners, "somebody else signed this bag: its key is %s", v.rep.Fingerprint)
	}
}
