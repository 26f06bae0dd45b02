package main

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/posko-ir/posko/cmd/internal/wire"
	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/store/evidence"
)

func (a *app) evidenceThing() *cobra.Command {
	var t evidence.Taken
	c := &cobra.Command{
		Use: "thing CASE --title T --serial S", Short: "Record a thing: a laptop, a disk, a badge, a sheet of paper", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if t.Title == "" || t.Thing.Serial == "" {
				return a.wrong("usage.thing")
			}
			on, err := a.onDesk(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			got, err := on.desk.AddThing(cmd.Context(), on.tag, on.said, t)
			if err != nil {
				return err
			}
			out := result(got)
			out.Item = cases.ThingItem(got.Collection)
			return a.answer(out, "cli.evidence.thing", out.Item, got.SHA256)
		},
	}
	f := c.Flags()
	f.StringVar(&t.Title, "title", "", "what it is")
	f.StringVar(&t.Thing.Serial, "serial", "", "its serial number; 'none' if it has none")
	f.StringVar(&t.Thing.SealNumber, "seal-number", "", "the number on the seal or bag around it")
	f.StringVar(&t.Thing.State, "state", "", "as it was found: "+strings.Join(cases.ThingStates(), ", "))
	f.StringVar(&t.Thing.Description, "description", "", "what else tells it from others, damage, what is plugged in")
	f.StringVar(&t.Thing.Place, "place", "", "where it is")
	f.StringVar(&t.Thing.Keeper, "keeper", "", "who has it")
	f.StringVar(&t.Photo, "photo", "", "a picture of it, kept with it")
	f.StringVar(&t.Note, "note", "", "what to know about it")
	return c
}

func (a *app) evidenceMove() *cobra.Command {
	var m cases.Move
	c := &cobra.Command{
		Use: "move CASE ITEM --place P --reason R", Short: "Record where a thing is now, who has it, or what became of it", Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			m.Item = reference(args[1])
			var now cases.Whereabouts
			err := a.update(cmd.Context(), args[0], func(c *cases.Case) error {
				if err := c.Move(m); err != nil {
					return err
				}
				now = c.Whereabouts(m.Item)
				return nil
			})
			if err != nil {
				return err
			}
			out := map[string]string{"item": m.Item, "action": now.Action, "place": now.Place, "keeper": now.Keeper}
			return a.answer(out, "cli.evidence.moved", m.Item, a.say("word."+now.Action), orDash(now.Place), orDash(now.Keeper))
		},
	}
	f := c.Flags()
	f.StringVar(&m.Action, "action", "", strings.Join(cases.MoveActions(), ", ")+"; without it moved")
	f.StringVar(&m.Place, "place", "", "where it is now")
	f.StringVar(&m.Keeper, "keeper", "", "who has it now")
	f.StringVar(&m.Reason, "reason", "", "why")
	return c
}

// handing are the flags of a hand-over.
type handing struct {
	wire.HandingOver
	form, scan, withdraw string
}

func (a *app) evidenceHandover() *cobra.Command {
	var h handing
	c := &cobra.Command{
		Use:   "handover CASE ITEM (--to NAME --out F.pdf | --form N --scan F | --form N --withdraw REASON)",
		Short: "Print a form of hand-over, and take its signed scan back", Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			h.Item, h.Lang = reference(args[1]), a.lang
			if err := a.checkHanding(h); err != nil {
				return err
			}
			on, err := a.onDesk(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if h.form != "" {
				return a.settleForm(cmd, on, args[0], h)
			}
			form, err := wire.HandOver(cmd.Context(), on.ws, on.desk, on.tag, on.said, h.HandingOver)
			if err != nil {
				return err
			}
			out := map[string]string{"form": form, "item": h.Item, "to": h.To, "file": h.Out}
			return a.answer(out, "cli.evidence.form-out", form, h.Out, strings.ToUpper(args[0]), h.Item, form)
		},
	}
	f := c.Flags()
	f.StringVar(&h.To, "to", "", "who receives it")
	f.StringVar(&h.Out, "out", "", "the PDF to write; it must not exist")
	f.StringVar(&h.From, "from", "", "who gives it; without it who has it, or you")
	f.StringVar(&h.Place, "place", "", "where it changes hands")
	f.StringVar(&h.Purpose, "purpose", "", "what for")
	f.StringVar(&h.form, "form", "", "the number of a form that went out")
	f.StringVar(&h.scan, "scan", "", "the signed form, scanned or photographed")
	f.StringVar(&h.withdraw, "withdraw", "", "why the form will not come back")
	return c
}

// checkHanding refuses flags that do not belong together.
func (a *app) checkHanding(h handing) error {
	printing := h.To != "" && h.Out != "" && h.scan == "" && h.withdraw == ""
	settling := (h.scan == "") != (h.withdraw == "") && h.To == "" && h.Out == "" && h.From == "" && h.Place == "" && h.Purpose == ""
	if h.form == "" && !printing || h.form != "" && !settling {
		return a.wrong("usage.handover")
	}
	return nil
}

// settleForm takes a signed form back, or records that it will not come.
func (a *app) settleForm(cmd *cobra.Command, on job, name string, h handing) error {
	form := reference(h.form)
	if !strings.HasPrefix(form, "F") {
		form = "F" + form
	}
	err := a.view(cmd.Context(), name, func(c *cases.Case) error {
		for _, f := range c.Forms {
			if f.ID == form && strings.TrimSuffix(f.Item, "/1") != strings.TrimSuffix(h.Item, "/1") {
				return a.wrong("usage.other-form", form, f.Item, h.Item)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if h.withdraw != "" {
		if err := a.update(cmd.Context(), name, func(c *cases.Case) error { return c.WithdrawForm(form, h.withdraw) }); err != nil {
			return err
		}
		return a.answer(map[string]string{"form": form, "item": h.Item}, "cli.evidence.form-withdrawn", form)
	}
	got, err := on.desk.FormBack(cmd.Context(), on.tag, on.said, form, h.scan)
	if err != nil {
		return err
	}
	scan := got.Collection + "/1"
	return a.answer(map[string]string{"form": form, "item": h.Item, "scan": scan, "sha256": got.SHA256}, "cli.evidence.form-back", form, scan)
}

// formRow is a form that is out, in the list of evidence.
type formRow struct {
	Form  string `json:"form"`
	Item  string `json:"item"`
	To    string `json:"to"`
	Since string `json:"since"`
}

// showForms lists the forms that did not come back.
func (a *app) showForms(pending []cases.Form) error {
	for _, f := range pending {
		row := formRow{f.ID, f.Item, f.To, f.Happened().Time().UTC().Format(time.RFC3339)}
		if err := a.answer(row, "cli.evidence.form-pending", row.Form, row.Item, row.To, row.Since); err != nil {
			return err
		}
	}
	return nil
}
