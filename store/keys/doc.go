// Package keys makes, keeps and uses the keys of one officer on one laptop.
//
// The folder given to it (WORKSPACE/keys, mode 0700) holds
//
//	officer.json   the key file: the authority key, the age identity and the device key, sealed
//	attempts.json  how many wrong passphrases were tried since the last time somebody got in
//	lock           an empty file that processes lock while they try a passphrase or write
//
// The three secrets live in one file, so that one rename changes the passphrase of all of them:
// a crash leaves the old file or the new one, and nothing in between. Each secret is sealed by
// itself, so that the part with the age identity can be cut out for a backup ([IdentityFile])
// while the signing keys never leave the folder: lose, revoke, enrol.
//
// # How a secret is sealed
//
//	wrapping key = HKDF-SHA256(ikm = Argon2id(passphrase), salt = keychain secret or nothing)
//	sealed       = AES-256-GCM(wrapping key, secret, aad = name and public half of the part, header of the file)
//
// The passphrase is normalised to NFC, so that it opens on a keyboard that composes accents
// differently. The keychain secret is 32 random bytes, one per workspace, made by [Create] or
// [EnrolNew] and by nothing else. The file says whether it takes part and carries a check value
// of it, so a wrong keychain secret is told from a wrong passphrase; and it ends in a checksum,
// so damage is told from both.
//
// # What it does not promise
//
// Zeroing is best effort: the Go runtime and the age library keep copies of their own. Whoever
// can write the folder can delete attempts.json; the delay slows down a person at the keyboard,
// Argon2id slows down a thief with a copy.
//
// Sources: RFC 9106 (Argon2id), RFC 5869 (HKDF), PROTOCOL.sshsig of OpenSSH, BIP-39 (words),
// https://age-encryption.org/v1, and the Secret Service API of freedesktop.org.
package keys
