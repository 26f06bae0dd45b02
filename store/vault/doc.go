// Package vault keeps evidence bytes on this machine: encrypted, never
// overwritten, and checkable without trusting this program.
//
// # On disk
//
// A segment is one age file (https://age-encryption.org/v1) of at most
// 64 MiB of plaintext under a random name of 32 hexadecimal digits:
//
//	DIR/ab/abcdef….age      sealed segments
//	DIR/tmp/BATCH/          a batch that is being written
//	DIR/tmp/BATCH/*.age     its finished segments, not yet sealed
//	DIR/tmp/BATCH/*.journal what those hold, as age files too
//	DIR/tmp/BATCH/about     what the caller said of the batch, as an age file
//
// Nothing but sizes, times and counts can be read without an identity.
//
// All objects of a [Batch] form one stream of plaintext that is cut into
// segments, because creating files is what costs: fifty thousand small files
// become four segments, and a large file spans several. An [Object] says where
// its bytes are by a list of extents.
//
// # Rules
//
//   - A file is written under tmp, synced, renamed to a name that did not
//     exist, and its folder is synced, all before [Batch.Seal] returns. The
//     caller commits the ledger entry that names the segments after that, and
//     calls [Batch.Done] last. A crash at any point leaves a batch that
//     [Vault.Resume] continues or [Vault.Sweep] removes, or sealed segments
//     that nobody names, which [Vault.Orphans] lists.
//   - Nothing deletes a sealed segment but [Vault.Remove].
//   - SHA-256 of the plain bytes belongs to the object, SHA-256 of the age file
//     to the segment. The first finds wrong bytes, the second also finds an age
//     file that somebody who may decrypt it made again.
//   - Destroying an object writes its segment again with zeros in its place
//     ([Vault.Rewrite]), so every other extent keeps its offset and a reader
//     needs only the new name of the segment.
//
// # Stages
//
// Reading and hashing, encrypting, and hashing and writing the age file run
// beside each other, connected by channels of 1 MiB buffers; syncing is a
// fourth. The buffers are a fixed set, so memory does not depend on sizes.
package vault
