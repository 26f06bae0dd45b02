// Package report turns a case into a document: the one model from which the
// PDF, the Markdown and the JSON report are made.
//
// [Build] decides what is said and in which order; the renderers under
// playbooks/render decide how it looks and add no fact of their own. Rules it
// keeps: times carry their zone and UTC; indicators are defanged; what was not
// verified, and by whom nothing was witnessed, is said in a section of its own
// and never left out; nothing is cut without saying so.
package report
