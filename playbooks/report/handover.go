package report

import (
	"time"

	"github.com/posko-ir/posko/playbooks/instant"
)

// Handover is a form of hand-over before it is printed. It says what the one
// who signs needs and nothing of the case but its number: it stays with people
// who may not know what the case is about.
type Handover struct {
	Lang         string
	Organisation string
	Case         string // its number
	Drill        bool
	Form         string // its number
	Made         instant.Instant
	Item         string // E3/1, E3 or S1
	Title        string
	Thing        *Tangible // of evidence with bytes a copy on a carrier is handed over
	SHA256       string    // of the record of a thing, of the bytes, of the manifest that was sealed
	Words        string    // of the key that signed the seal
	From         string
	To           string
	Place        string
	Purpose      string
}

// Document is the form in its language, ready to be printed and signed.
func (h Handover) Document() Document {
	t := speak(h.Lang)
	d := Document{
		Lang: string(t), Organisation: h.Organisation, Number: h.Case + " · " + h.Form, Title: t.say("handover"),
		Subtitle: t.say("handover.subtitle", h.Form, h.Case), Created: h.Made.Time().Truncate(time.Second),
		Words: Words{Page: t.say("page"), Missing: t.say("escaped")},
		Meta: []KeyValue{
			{Key: t.say("handover.made"), Value: inline(h.Made)},
		},
	}
	if h.Drill {
		d.Drill = t.say("drill")
	}
	d.Sections = []Section{h.what(t), h.who(t), {Title: t.say("handover.signatures"), Blocks: []Block{
		Paragraph{Text: t.say("handover.declare")},
		Paragraph{Text: t.say("handover.afterwards", h.Form), Quiet: true},
		Signatures{
			Signers: []Signer{{t.say("handover.giver"), h.From}, {t.say("handover.taker"), h.To}},
			Lines:   []string{t.say("handover.when"), t.say("handover.where"), t.say("handover.signature")},
		},
	}}}
	return d
}

func (h Handover) what(t tongue) Section {
	a := author{tongue: t}
	items := []KeyValue{
		{Key: t.say("column.item"), Value: h.Item},
		{Key: t.say("column.name"), Value: h.Title},
	}
	hash := "handover.sha256"
	if h.Thing != nil {
		hash = "handover.record"
		of := *h.Thing
		of.Place, of.Keeper, of.Now = "", "", Now{} // who had it so far is nobody else's business
		items = append(items, a.tangible(&of)...)
	}
	items = append(items, KeyValue{Key: t.say(hash), Value: h.SHA256, Mono: true}, KeyValue{Key: t.say("seals.words"), Value: h.Words})
	s := Section{Title: t.say("handover.what"), Blocks: []Block{KeyValues{filled(items)}}}
	if h.Thing == nil {
		s = s.with(Callout{Kind: Info, Title: t.say("handover.copy"), Text: t.say("handover.copy-how")})
	}
	return s
}

func (h Handover) who(t tongue) Section {
	return Section{Title: t.say("handover.who"), Blocks: []Block{KeyValues{filled([]KeyValue{
		{Key: t.say("handover.from"), Value: h.From},
		{Key: t.say("handover.to"), Value: h.To},
		{Key: t.say("handover.where"), Value: h.Place},
		{Key: t.say("custody.purpose"), Value: h.Purpose},
	})}}}
}
