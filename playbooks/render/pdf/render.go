package pdf

import (
	"fmt"
	"io"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"github.com/posko-ir/posko/playbooks/report"
)

// The page, in points. A4, with room for a head and a foot.
const (
	pageWidth  = 595.28
	pageHeight = 841.89
	marginX    = 54.0
	top        = 86.0
	bottom     = pageHeight - 72.0
	textWidth  = pageWidth - 2*marginX
)

// setter sets one document.
type setter struct {
	pdf     *fpdf.Fpdf
	doc     report.Document
	faces   [faceCount]face
	y       float64      // the top of the next line
	escaped map[int]bool // pages with a character written out
}

// Render writes d to w as a PDF.
func Render(w io.Writer, d report.Document) error {
	s := &setter{doc: d, escaped: map[int]bool{}}
	s.pdf = fpdf.NewCustom(&fpdf.InitType{
		UnitStr: "pt",
		Size:    fpdf.SizeType{Wd: pageWidth, Ht: pageHeight},
	})
	s.describe()
	if err := s.loadFaces(); err != nil {
		return err
	}
	s.newPage()
	s.title()
	for _, section := range d.Sections {
		s.section(section)
	}
	s.frames()
	if err := s.pdf.Output(w); err != nil {
		return fmt.Errorf("write pdf: %w", err)
	}
	return nil
}

// describe fills the file's own metadata, all of it from the document.
func (s *setter) describe() {
	created := s.doc.Created.UTC()
	if created.IsZero() {
		created = time.Unix(0, 0).UTC() // a zero date would mean "now" to the library
	}
	s.pdf.SetCreationDate(created)
	s.pdf.SetModificationDate(created)
	s.pdf.SetCatalogSort(true)
	s.pdf.SetAutoPageBreak(false, 0)
	s.pdf.SetMargins(0, 0, 0)
	s.pdf.SetProducer("Posko", false)
	s.pdf.SetTitle(report.Visible(s.doc.Title), true)
	s.pdf.SetAuthor(report.Visible(s.doc.Organisation), true)
	s.pdf.SetSubject(report.Visible(s.doc.Number), true)
	s.pdf.SetLang(s.doc.Lang)
}

func (s *setter) newPage() {
	s.pdf.AddPage()
	s.y = top
}

// need starts a new page if less than height is left on this one.
func (s *setter) need(height float64) {
	if s.y+height > bottom && s.y > top {
		s.newPage()
	}
}

// space leaves a gap, but none at the top of a page.
func (s *setter) space(height float64) {
	if s.y > top {
		s.y += height
	}
}

func (s *setter) rule(y, thickness float64, grey int) {
	s.pdf.SetDrawColor(grey, grey, grey)
	s.pdf.SetLineWidth(thickness)
	s.pdf.Line(marginX, y, pageWidth-marginX, y)
}
