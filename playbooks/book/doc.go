// Package book is the book: the registers of systems, contacts, customers and
// suppliers that bad days are about.
//
// The rules it keeps:
//
//   - Every register is one table of columns ([Columns]): forms, CSV, help and
//     print are made from it, so that none of them can know another field.
//   - A value is checked when it is written and kept in one form; what is
//     refused is refused with a [*Refusal] in three languages.
//   - An id is said on the phone: SYS-A3 is the third system that log A added.
//     The letter is the log's on the roster, numbers are free of gaps, and an id
//     is never given out twice.
//   - Two records of one name are one thing to whoever types or imports them,
//     whatever their case and spaces: the second is refused, or is a change.
//     Contacts may share a name in two organisations.
//   - Applying never refuses: two laptops that added the same customer keep both
//     records, which [Book.Doubled] names; a change to a removed record changes
//     nothing and becomes a conflict.
//   - Nothing is taken back: a removed record stays, with the reason.
//   - An import says first what it would do ([Book.Plan]). An empty cell says
//     nothing, so that a list with few columns wipes nothing out.
package book
