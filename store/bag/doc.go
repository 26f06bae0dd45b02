// Package bag writes the export that a stranger can verify, and verifies it.
//
// A bag is a BagIt 1.0 folder (RFC 8493) that one officer signed:
//
//	bagit.txt  bag-info.txt  allowed_signers  VERIFY.txt
//	manifest-sha256.txt              every file below data/
//	tagmanifest-sha256.txt           every other file, but for itself and
//	tagmanifest-sha256.txt.sig       the officer's SSHSIG over it, written last
//	data/items/E1/manifest.jsonl     collection E1, one canonical line an item
//	data/items/E1/000003.bin         the bytes of item E1/3
//	data/seals/S1.json, S1.json.sig  a seal and its SSHSIG
//	data/seals/allowed_signers       who signed the seals
//	data/custody.json, custody.txt   who did what with which item, and why
//	data/withheld.jsonl              items that are not here, and why
//	data/ledger/entries.jsonl        the case's entries with inclusion proofs
//	data/ledger/LOG.checkpoint, .key the signed head of a log, and its device's key
//
// Rules it keeps:
//
//   - Every name in a bag is ours: ASCII letters, digits and ". _ -". What a
//     file was called is data, in the collection's manifest and in custody.json.
//     So no tool that reads a manifest can be led outside the folder.
//   - The signature is written last, after everything else reached the disk: a
//     crash or a full disk leaves no folder that verifies. After an error Write
//     removes what it created and nothing else.
//   - Whoever changes a bag can sign it again with another key. Verify proves who
//     signed only if the caller brings the signer's twelve words, or key, from
//     somewhere else; without them it says "intact; who signed is not proved".
//   - Verify collects every finding instead of stopping at the first.
//   - VERIFY.txt does the same for people with sh, sha256sum and ssh-keygen. The
//     vectors in testdata/vectors run through both.
//
// Sources: RFC 8493 (BagIt), OpenSSH PROTOCOL.sshsig and ssh-keygen(1)
// ALLOWED SIGNERS, RFC 8785 (canonical JSON), c2sp.org/tlog-checkpoint.
package bag
