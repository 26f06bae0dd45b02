// Package house holds the layout of the repository: which package may import
// which, and what may stand at the top level. It is only tests.
package house
