package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/posko-ir/posko/cmd/internal/wire"
	"github.com/posko-ir/posko/playbooks/cacao"
	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/guide"
	runs "github.com/posko-ir/posko/playbooks/run"
	"github.com/posko-ir/posko/playbooks/shelf"
	"github.com/posko-ir/posko/store"
)

func (a *app) playbookCommand() *cobra.Command {
	c := &cobra.Command{Use: "playbook", Short: "List, show, check, import, export and start playbooks"}
	c.AddCommand(a.playbookList(), a.playbookShow(), a.playbookStart(), a.playbookCheck(), a.playbookImport(), a.playbookExport())
	return c
}

// available are the library's playbooks and, when a workspace is named and can
// be opened, those on its shelf. Without a workspace the library is enough.
func (a *app) available(cmd *cobra.Command) ([]wire.Playbook, error) {
	if a.workspace == "" || store.Exists(a.workspace) != nil {
		return wire.Playbooks(cmd.Context(), nil)
	}
	w, err := a.unlock(cmd.Context())
	if errors.Is(err, errNoPassphrase) {
		return wire.Playbooks(cmd.Context(), nil)
	}
	if err != nil {
		return nil, err
	}
	return wire.Playbooks(cmd.Context(), w)
}

type playbookRow struct {
	ID        string   `json:"id"`
	Short     string   `json:"short,omitempty"`
	Name      string   `json:"name"`
	Kind      string   `json:"kind,omitempty"`
	Version   string   `json:"version"`
	Languages []string `json:"languages"`
	Steps     int      `json:"steps"`
	Imported  bool     `json:"imported"`
}

// described reads a playbook for people. One that does not parse is not among
// the available ones: import and library both check.
func (a *app) described(p wire.Playbook) (playbookRow, *cacao.Playbook, *guide.Guide) {
	book, _, err := cacao.Parse(p.Bytes)
	if err != nil {
		return playbookRow{ID: p.ID, Short: p.Short, Imported: p.Imported}, nil, nil
	}
	g, _ := guide.Decode(book)
	row := playbookRow{
		ID: p.ID, Short: p.Short, Name: g.Text(a.lang).Name, Kind: g.Playbook.Kind, Version: book.Modified,
		Languages: append([]string{"en"}, g.Languages()...), Imported: p.Imported,
	}
	for _, s := range book.Steps {
		if s.Type == cacao.Action || s.Type == cacao.PlaybookAction {
			row.Steps++
		}
	}
	return row, book, g
}

func (a *app) playbookList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the playbooks", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			all, err := a.available(cmd)
			if err != nil {
				return err
			}
			var rows []playbookRow
			for _, p := range all {
				row, _, _ := a.described(p)
				rows = append(rows, row)
			}
			return list(a, rows, "cli.playbook.none", []string{"cli.short", "cli.name", "cli.steps", "cli.languages", "cli.id"}, func(r playbookRow) []string {
				return []string{r.Short, r.Name, fmt.Sprint(r.Steps), strings.Join(r.Languages, " "), r.ID}
			})
		},
	}
}

type playbookView struct {
	playbookRow
	Description string             `json:"description"`
	Symptoms    []string           `json:"symptoms,omitempty"`
	StepList    []playbookStepView `json:"step_list"`
	References  []string           `json:"references,omitempty"`
	Hash        string             `json:"hash"`
}

type playbookStepView struct {
	Step      string   `json:"step"`
	Number    string   `json:"number"`
	Type      string   `json:"type"`
	Name      string   `json:"name"`
	Detail    string   `json:"detail,omitempty"`
	Lane      string   `json:"lane,omitempty"`
	Role      string   `json:"role,omitempty"`
	Due       string   `json:"due,omitempty"`
	Mandatory bool     `json:"mandatory"`
	Proof     []string `json:"proof,omitempty"`
	FourEyes  bool     `json:"four_eyes"`
	Law       bool     `json:"law"`
}

func (a *app) playbookShow() *cobra.Command {
	return &cobra.Command{
		Use: "show ID", Short: "Show a playbook as people read it", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			all, err := a.available(cmd)
			if err != nil {
				return err
			}
			p, err := wire.FindPlaybook(all, args[0])
			if err != nil {
				return err
			}
			v := a.playbookView(p)
			if a.json {
				return a.object(v)
			}
			return a.printPlaybook(v)
		},
	}
}

func (a *app) playbookView(p wire.Playbook) playbookView {
	row, book, g := a.described(p)
	v := playbookView{playbookRow: row}
	if book == nil {
		return v
	}
	text := g.Text(a.lang)
	v.Description, v.Symptoms, v.Hash = text.Description, text.Symptoms, book.Hash()
	for _, s := range book.Steps {
		if s.Type != cacao.Action && s.Type != cacao.PlaybookAction {
			continue
		}
		told := g.StepText(a.lang, s.ID)
		row := playbookStepView{Step: s.ID, Type: string(s.Type), Name: told.Name, Detail: told.Description}
		if step := g.Step(s.ID); step != nil { // a playbook of others says nothing of ours
			row.Number, row.Lane, row.Role, row.Due = step.Number, step.Lane, step.Role, step.Due
			row.Mandatory, row.Law, row.FourEyes = step.Mandatory, step.Law, step.Approval != ""
			if step.Proof != nil {
				row.Proof = step.Proof.Kinds
			}
		}
		v.StepList = append(v.StepList, row)
	}
	return v
}

func (a *app) printPlaybook(v playbookView) error {
	lines := []string{v.Name, "", v.Description, ""}
	for _, s := range v.StepList {
		mark := " "
		if s.Mandatory {
			mark = "!"
		}
		lines = append(lines, fmt.Sprintf("%4s%s %s", s.Number, mark, s.Name))
		lines = append(lines, "      "+strings.Join(nonEmpty(a.word(s.Lane), a.word(s.Role), s.Due, strings.Join(each(s.Proof, a.word), "/")), " · "))
	}
	return a.print(lines...)
}

func nonEmpty(parts ...string) []string {
	return slices.DeleteFunc(parts, func(s string) bool { return s == "" })
}

// word is a lane, role, state or the like in the chosen language.
func (a *app) word(code string) string {
	if text, ok := a.texts["word."+code]; ok {
		return text
	}
	return code
}

func (a *app) playbookStart() *cobra.Command {
	return &cobra.Command{
		Use: "start CASE ID", Short: "Start a playbook on a case", Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			w, err := a.unlock(cmd.Context())
			if err != nil {
				return err
			}
			all, err := wire.Playbooks(cmd.Context(), w)
			if err != nil {
				return err
			}
			p, err := wire.FindPlaybook(all, args[1])
			if err != nil {
				return err
			}
			var id string
			err = a.update(cmd.Context(), args[0], func(c *cases.Case) (err error) {
				id, err = c.StartRun(p.Bytes, wire.Bytes(all)...)
				return err
			})
			if err != nil {
				return err
			}
			return a.answer(map[string]string{"run": id, "id": p.ID}, "cli.run.started", id)
		},
	}
}

// checked is what 'playbook check' and 'playbook import' say of a file.
type checked struct {
	ID       string          `json:"id"`
	Name     string          `json:"name"`
	Runnable bool            `json:"runnable"`
	Hash     string          `json:"hash"`
	Findings []cacao.Finding `json:"findings"`
}

func check(path string) (checked, []byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return checked{}, nil, err
	}
	p, findings, err := cacao.Parse(data)
	if err != nil {
		return checked{}, nil, fmt.Errorf("%s: %w", path, err)
	}
	_, more := guide.Decode(p)
	findings = append(findings, more...)
	return checked{p.ID, p.Name, p.Runnable(), p.Hash(), append(findings, runs.Check(p)...)}, data, nil
}

func (a *app) showFindings(c checked) error {
	if a.json {
		if c.Findings == nil {
			c.Findings = []cacao.Finding{}
		}
		return a.object(c)
	}
	for _, f := range c.Findings {
		if err := a.print(f.String()); err != nil {
			return err
		}
	}
	if !c.Runnable {
		return a.print(a.say("cli.playbook.broken", c.Name, len(c.Findings)))
	}
	return a.print(a.say("cli.playbook.checked", c.Name, len(c.Findings)))
}

func (a *app) playbookCheck() *cobra.Command {
	return &cobra.Command{
		Use: "check FILE", Short: "Say what is wrong with a CACAO 2.0 playbook", Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			c, _, err := check(args[0])
			if err != nil {
				return err
			}
			if err := a.showFindings(c); err != nil {
				return err
			}
			if !c.Runnable {
				return errors.New(a.say("cli.playbook.unrunnable"))
			}
			return nil
		},
	}
}

func (a *app) playbookImport() *cobra.Command {
	return &cobra.Command{
		Use: "import FILE", Short: "Put a CACAO 2.0 playbook on the shelf", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, data, err := check(args[0])
			if err != nil {
				return err
			}
			if !c.Runnable {
				return errors.Join(a.showFindings(c), errors.New(a.say("cli.playbook.unrunnable")))
			}
			w, err := a.unlock(cmd.Context())
			if err != nil {
				return err
			}
			err = store.Update(cmd.Context(), w, "", event.Said{Source: a.source}, func(s *shelf.Shelf) error {
				_, err := s.Import(data)
				return err
			})
			if err != nil {
				return err
			}
			return a.showFindings(c)
		},
	}
}

func (a *app) playbookExport() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use: "export ID --out FILE", Short: "Write a playbook as CACAO 2.0 JSON", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if out == "" {
				return a.wrong("usage.out")
			}
			all, err := a.available(cmd)
			if err != nil {
				return err
			}
			p, err := wire.FindPlaybook(all, args[0])
			if err != nil {
				return err
			}
			if err := writeNew(out, p.Bytes); err != nil {
				return err
			}
			return a.answer(map[string]string{"id": p.ID, "file": out, "hash": cacao.Hash(p.Bytes)}, "cli.written", out)
		},
	}
	c.Flags().StringVar(&out, "out", "", "the file to write; it must not exist")
	return c
}

// writeNew writes a file that was not there; nothing is overwritten.
func writeNew(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}
