package roster

import (
	"github.com/posko-ir/posko/playbooks/event"
)

// change is what every kind of this aggregate can do; apply answers with a
// reason when the event does not fit.
type change interface {
	event.Payload
	apply(r *Roster, e event.Event) string
}

func payload(kind string) change {
	switch kind {
	case "workspace.founded/1":
		return new(founded)
	case "log.started/1":
		return new(logStarted)
	case "log.settled/1":
		return new(logSettled)
	case "officer.rekeyed/1":
		return new(rekeyed)
	case "unlock.failed/1":
		return new(unlockFailed)
	case "backup.made/1":
		return new(backedUp)
	case kindRecoverySet:
		return new(recoverySet)
	case kindRecovered:
		return new(recovered)
	}
	return nil
}

type officerKey struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Authority string `json:"authority"`
	Recipient string `json:"recipient"`
}

type founded struct {
	Workspace string     `json:"workspace"`
	Org       string     `json:"org"`
	Solo      bool       `json:"solo"`
	Officer   officerKey `json:"officer"`
}

func (founded) Kind() string { return "workspace.founded/1" }

func (p founded) apply(r *Roster, e event.Event) string {
	if r.Workspace != "" {
		return "the workspace was founded before"
	}
	r.Workspace, r.Org, r.Solo = p.Workspace, p.Org, p.Solo
	r.Officers = append(r.Officers, Officer{
		ID: p.Officer.ID, Name: p.Officer.Name, Authority: p.Officer.Authority, Recipient: p.Officer.Recipient,
		Enrolled: e.Wall, Since: e.ID,
	})
	return ""
}

type logStarted Log

func (logStarted) Kind() string { return "log.started/1" }

func (p logStarted) apply(r *Roster, _ event.Event) string {
	for _, l := range r.Logs {
		if l.ID == p.ID {
			return "the log was started before"
		}
	}
	r.Logs = append(r.Logs, Log(p))
	return ""
}

type logSettled struct {
	Log    string `json:"log"`
	Reason string `json:"reason"`
}

func (logSettled) Kind() string { return "log.settled/1" }

func (p logSettled) apply(r *Roster, _ event.Event) string {
	for i := range r.Logs {
		if r.Logs[i].ID == p.Log {
			r.Logs[i].Settled = p.Reason
			return ""
		}
	}
	return "no such log"
}

type rekeyed struct {
	Officer   string `json:"officer"`
	Authority string `json:"authority"`
	Reason    string `json:"reason"`
}

func (rekeyed) Kind() string { return "officer.rekeyed/1" }

func (p rekeyed) apply(r *Roster, _ event.Event) string {
	for i := range r.Officers {
		if o := &r.Officers[i]; o.ID == p.Officer {
			o.Former = append(o.Former, o.Authority)
			o.Authority = p.Authority
			return ""
		}
	}
	return "no such officer"
}

type unlockFailed FailedUnlock

func (unlockFailed) Kind() string { return "unlock.failed/1" }

func (p unlockFailed) apply(r *Roster, _ event.Event) string {
	r.Unlocks = append(r.Unlocks, FailedUnlock(p))
	return ""
}

type backedUp Backup

func (backedUp) Kind() string { return "backup.made/1" }

func (p backedUp) apply(r *Roster, _ event.Event) string {
	r.Backups = append(r.Backups, Backup(p))
	return ""
}
