package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/posko-ir/posko/cmd/internal/wire"
	"github.com/posko-ir/posko/integrations/web"
	"github.com/posko-ir/posko/playbooks/cases"
)

// capturedPage is a page as it is shown.
type capturedPage struct {
	gathered
	URL     string `json:"url"`
	Final   string `json:"final"`
	Status  int    `json:"status"`
	Remote  string `json:"remote"`
	Private bool   `json:"private,omitempty"`
	Trusted *bool  `json:"trusted,omitempty"` // the certificate; missing without TLS
	Problem string `json:"problem,omitempty"` // with the certificate
	Stopped string `json:"stopped,omitempty"` // why the last redirect was not followed
	Cut     bool   `json:"cut,omitempty"`     // the body is not whole
}

func (a *app) evidenceWeb() *cobra.Command {
	var o web.Options
	c := &cobra.Command{
		Use: "web CASE URL", Short: "Keep a web page as it comes: headers, certificates, body; nothing of it is run", Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			on, err := a.onDesk(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			got, record, err := wire.CapturePage(cmd.Context(), on.desk, on.tag, on.said, args[1], o)
			if errors.Is(err, web.ErrNoAnswer) {
				command := fmt.Sprintf("poskoctl case note %s \"…\"", strings.ToUpper(args[0]))
				return hinted{err, a.say("cli.evidence.no-answer", command)}
			}
			if err != nil {
				return err
			}
			return a.showPage(capturedPage{gathered: result(got)}, record)
		},
	}
	c.Flags().DurationVar(&o.Timeout, "timeout", web.DefaultTimeout, "how long all of it may take")
	return c
}

// showPage says what came, and everything that casts doubt on it.
func (a *app) showPage(p capturedPage, r web.Record) error {
	last := r.Last()
	p.URL, p.Final, p.Stopped = r.URL, r.Final, r.Stopped
	p.Status, p.Remote, p.Private = last.Status, last.Remote, last.Private
	p.Cut = r.Body.Cut || r.Body.Problem != ""
	if last.TLS != nil {
		p.Trusted, p.Problem = &last.TLS.Trusted, last.TLS.Problem
	}
	if a.json {
		return a.object(p)
	}
	lines := []string{a.say("cli.evidence.captured", p.Collection, p.Status, p.Remote, p.Items, size(p.Bytes), p.SHA256)}
	for _, doubt := range []struct {
		there bool
		text  string
	}{
		{len(r.Hops) > 1, a.say("cli.evidence.redirected", cases.Defang("url", p.Final))},
		{p.Trusted == nil, a.say("cli.evidence.unencrypted")},
		{p.Problem != "", a.say("cli.evidence.untrusted", p.Problem)},
		{p.Private, a.say("cli.evidence.private", p.Remote)},
		{p.Stopped != "", a.say("cli.evidence.stopped", p.Stopped)},
		{p.Cut, a.say("cli.evidence.cut", size(r.Body.Size))},
	} {
		if doubt.there {
			lines = append(lines, doubt.text)
		}
	}
	return a.print(lines...)
}
