// Package cases is the case aggregate: everything worked through, from an
// incident to a drill, as a fold over its entries.
//
// The rules it keeps:
//
//   - A rule method checks, then records. What it refuses is a [*Refusal] with
//     a message and a hint in three languages; a refused method leaves the case
//     as it was.
//   - Applying never refuses. An event that no longer fits (a task done twice,
//     evidence after the close) is kept, changes nothing and becomes a conflict
//     that a person resolves. A kind this program does not know makes the case
//     read-only here. An entry whose body is gone is listed as destroyed.
//   - What does not fit is decided in one place per kind, its fits method, so
//     that deciding and applying cannot disagree.
//   - Nothing is taken back: a correction is a further entry, and lists keep
//     what was struck, removed or dropped, with the reason. Only destroying a
//     body removes what it said; who did so and why takes its place.
//   - Two times on everything: when it happened and when it was recorded.
//   - A closed case takes only what still happens to its evidence (it is
//     viewed, verified, moved, handed over, exported, destroyed), to what was written in it (a body
//     is destroyed), and being reopened.
//
// A [Case] is its own snapshot: plain fields that survive JSON unchanged.
//
// Things on a case have short ids: N notes, T tasks, P people, A assets,
// I indicators, L links, D decisions, M imported timelines, E collections of
// evidence (items are E1/3), F forms of hand-over, S seals, X exports begun, R runs (steps are R1.3). The payload
// holds the plain id; what was recorded on another log than the one that
// opened the case carries that log's first characters as well (N3-b3f1), so
// two laptops working apart can never mean two things by one id.
package cases
