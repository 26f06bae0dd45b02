package evidence

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/roster"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/bag"
	"github.com/posko-ir/posko/store/keys"
)

// CheckSeal wants a seal signed by a key that an officer had when the seal was
// recorded. A key that was given up after a loss signs nothing from then on.
func CheckSeal(r *roster.Roster, s cases.Seal) error {
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(s.Key))
	if err != nil {
		return fmt.Errorf("read key of seal %s: %w", s.ID, err)
	}
	if err := keys.VerifySignature(key, bag.NamespaceSeal, strings.NewReader(s.Manifest), []byte(s.Signature)); err != nil {
		return err
	}
	return r.MaySign(string(keys.KeyFile(key)), s.Entry)
}

func (d *Desk) checkSeals(ctx context.Context, tag string) ([]cases.Finding, error) {
	r, err := d.ws.Roster(ctx)
	if err != nil {
		return nil, err
	}
	var wrong []cases.Finding
	err = store.View(ctx, d.ws, tag, func(c *cases.Case) error {
		for _, s := range c.Seals {
			if err := CheckSeal(&r, s); err != nil {
				wrong = append(wrong, cases.Finding{Item: s.ID, Problem: "seal: " + err.Error()})
			}
		}
		return nil
	})
	return wrong, err
}

// retired are the sentences for the readers of a bag about keys that were given
// up. They stand in every bag from then on: older ones cannot know.
func retired(r roster.Roster) []string {
	var out []string
	for _, o := range r.Officers {
		for _, old := range o.Retired {
			key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(old.Authority))
			if err != nil {
				continue // a fold takes what it gets
			}
			out = append(out, fmt.Sprintf(
				"The earlier signing key of %s (%s) was retired at entry %d of log %s, because the laptop was lost: what it signed after %s is not theirs.",
				o.Name, ssh.FingerprintSHA256(key), old.Head.Size, old.Head.Log, old.When.Format("2006-01-02")))
		}
	}
	return out
}
