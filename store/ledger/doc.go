// Package ledger is the append-only log of one device: leaves, their tree, and
// the checkpoints that bind them.
//
// A log is an RFC 6962 Merkle tree over canonical leaves. A leaf names its
// predecessor's hash, so that the order is a chain as well, and binds its body
// twice: Commit is the salted hash of the plain body, for disclosure and for
// redaction; Cipher is the hash of the encrypted body, so that a device without
// the case's key verifies too. Destroying a body therefore leaves every hash
// valid.
//
// Nothing here reads a file or a clock. The store keeps the rows and hands them
// in; the same code verifies them in an exported bag.
//
// Sources: RFC 6962 section 2.1 (tree), RFC 8785 (canonical JSON),
// c2sp.org/tlog-checkpoint and c2sp.org/signed-note (checkpoints).
package ledger
