// Package collect turns paths, streams and command output into objects of a
// vault batch and a manifest that says what they are.
//
// # Manifest
//
// One JSON object a line in the canonical form of RFC 8785, numbered from 1:
// first everything that is or stands for content (files, links, devices, …) in
// the order of the roots and of the bytes of the names, then the folders. An
// item of evidence is COLLECTION/LINE. Integers beyond 2^53 are strings. Names
// are bytes exactly as found; one that is not UTF-8 is shown escaped and kept in
// name_b64. A thing has no bytes: its line says in thing what it is.
//
// # Rules
//
//   - Nothing is followed or woken: symbolic links are recorded with their
//     target; FIFOs, sockets and devices are recorded and never opened; on Linux
//     reading leaves the access time alone where that is allowed. Every open is
//     relative to the open parent folder, so a name is only ever data.
//   - One bad member does not stop the rest. Whatever has no bytes in the vault
//     although it might be expected to is in the list of skipped, with its line.
//   - A file that changed while it was read is kept as it was read and marked.
//     Reading stops 64 MiB past the size a file had when it was opened: a file
//     that grows for ever ends too.
//
// # Resume
//
// For each file that is complete, the batch remembers the manifest line and the
// source's path (encrypted; see the vault package). A resumed collection walks
// the sources again. A file whose size, times, inode and device are as
// remembered is not read again. One that changed is, and both are kept, the
// older marked. One that is gone is kept and marked. A file that was cut off in
// the middle is read from its beginning, and what the last unfinished segment
// held (at most 64 MiB) is read again too. A root folder that vanished during
// the collection, as an unplugged disk does, is an error and not a list of
// unreadable files, so that the batch can be suspended and resumed.
package collect
