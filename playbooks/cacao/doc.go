// Package cacao reads, checks and writes security playbooks in CACAO 2.0 without
// losing a byte of meaning.
//
// The specification is OASIS "CACAO Security Playbooks Version 2.0" with the JSON
// schemas of its committee. The rules here:
//
//   - [Parse] refuses only what is no playbook. Everything else is a [Finding]
//     that says where and what to do; findings that make the workflow impossible
//     to run are marked as blocking.
//   - The document is kept as it came. [Playbook.Marshal] gives the same bytes,
//     unknown properties, spelling of numbers and timestamps included; an edit
//     changes the bytes it is about and no others.
//   - Property names are matched exactly. A name in other case is ignored with a
//     warning, a property that stands twice is an error that blocks.
//   - The graph is judged beside the properties, because the committee's schemas
//     accept broken ones: dangling references, steps that lead back (a while
//     repeats its branch by itself), branches that share an end step.
//   - Signatures are kept and not verified.
//
// A branching step opens a branch of steps that ends in its own end step; the
// branching step then goes on with its own on_completion. Package run carries that out.
package cacao
