// Package pdf sets a report on A4 pages.
//
// Rules it keeps: every word of the document is printed, in reading order;
// words too long for their column are broken, never clipped; a table's head is
// repeated on each page it runs over; a character that the fonts lack is
// written out as \u{…} and a footnote on that page says so. There is no colour
// but the TLP label (in the colours that FIRST prescribes for TLP 2.0) and the
// red of a drill. The same document gives the same bytes: the dates in the file
// are the document's, and nothing in it is random.
package pdf
