package bag

import (
	"bytes"
	_ "embed" // for the text of VERIFY.txt
	"fmt"
	"text/template"
)

// instructionText is VERIFY.txt with places to fill in. Every line that begins
// with four spaces is a command; what is filled into those
// lines went through plainSegment or Principal.
//
//go:embed verify.tmpl
var instructionText string

type instructionValues struct {
	Case, Organisation, Created string
	Drill                       string // what the bag of a drill is
	Officer, Principal          string
	Words, Fingerprint          string
	Seals                       []instructionSeal
	Withheld                    []string // collections that are not here at all
	Listed                      bool     // some sealed collection is here
	Limits                      []string
}

type instructionSeal struct{ ID, Principal string }

func (v instructionValues) render() ([]byte, error) {
	t, err := template.New(fileInstruction).Parse(instructionText)
	if err != nil {
		return nil, fmt.Errorf("read the text of %s: %w", fileInstruction, err)
	}
	var out bytes.Buffer
	if err := t.Execute(&out, v); err != nil {
		return nil, fmt.Errorf("fill in %s: %w", fileInstruction, err)
	}
	return out.Bytes(), nil
}
