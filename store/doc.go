// Package store is the workspace: one folder with one SQLite file, one evidence
// vault and one officer's keys.
//
// Callers use four things. [Update] folds what others appended, lets a rule
// method decide, and appends what it recorded in one transaction; [View] shows
// an aggregate; [Workspace.Subscribe] tells that something changed;
// [Workspace.Events] reads the facts themselves. Window and command line call
// the same ones.
//
// The ledger is the truth. Everything else in the file is a wrapped key, a
// checkpoint or a snapshot; a snapshot may be deleted at any time, because
// [Workspace.Verify] refolds from zero and compares.
//
// Several processes may write. SQLite serialises them, PRAGMA data_version
// tells of the others' changes, and no lock file exists that could be left
// behind.
//
// At rest a leaf is encrypted under the workspace's key and a body under its
// case's key: a stolen file tells sizes and counts, no names.
package store
