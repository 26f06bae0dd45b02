// Package sheet splits the secret of a recovery sheet into two halves that two
// people keep on paper, and reads them back as a tired person typed them.
//
// The secret is an age identity (hybrid, post-quantum, like all of ours) and the
// anchor of the workspace's key. One half is random bytes, the other is the
// secret XOR those bytes (a one-time pad, Shannon 1949; the two-of-two case of
// secret sharing): each half alone is uniformly random, so that it tells nothing
// about the secret however much somebody computes. Both are needed, always.
//
// A half is eight numbered lines of Crockford's base32, which has no I, L, O or
// U. Each line ends in a checksum of its own, so that a mistake is told with the
// line it is in. Whatever does not begin with a number and a colon is a remark
// for people and is skipped.
//
// Beside its share a half says in clear of which workspace, sheet and day it is,
// and carries a mark of the whole sheet: mixed up halves are told apart before a
// backup is touched. None of it tells anything about the secret.
//
// Source of the alphabet: https://www.crockford.com/base32.html
package sheet
