package keys_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/posko-ir/posko/store/keys"
)

func TestNewPassphrase_Refuses(t *testing.T) {
	for name, typed := range map[string][]byte{
		"nothing":   nil,
		"not UTF-8": {'a', 0xff},
		"a file":    bytes.Repeat([]byte("a"), 1025),
	} {
		if _, err := keys.NewPassphrase(typed); !errors.Is(err, keys.ErrPassphrase) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPassphrase_CopiesAndWipes(t *testing.T) {
	dir := newDir(t)
	create(t, dir, keys.None())
	typed := []byte(right)
	p, err := keys.NewPassphrase(typed)
	if err != nil {
		t.Fatal(err)
	}
	clear(typed)
	o := unlockOptions(t, keys.None(), right)
	o.Passphrase = p
	if _, err := keys.Unlock(t.Context(), dir, o); err != nil {
		t.Errorf("the passphrase shares the caller's bytes: %v", err)
	}
	p.Wipe()
	if _, err := keys.Unlock(t.Context(), dir, o); !errors.Is(err, keys.ErrWrongPassphrase) {
		t.Errorf("a wiped passphrase opens: %v", err)
	}
}

// TestNothingPrintsSecrets tries each way in which a value ends up in a log.
func TestNothingPrintsSecrets(t *testing.T) {
	u := create(t, newDir(t), keys.None())
	p := passphrase(t, right)
	o := unlockOptions(t, keys.None(), right)
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o", "%p"} {
		fmt.Fprintf(&out, strings.Repeat(verb+" ", 6)+"\n", p, &p, u, struct{ u *keys.Unlocked }{u}, struct{ P keys.Passphrase }{p}, struct{ p keys.Passphrase }{p})
	}
	for _, h := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(h).Info("unlock", slog.Any("passphrase", p), slog.Any("options", o), slog.Any("keys", u))
	}
	data, err := json.Marshal(map[string]any{"p": p, "u": u})
	if err != nil {
		t.Fatal(err)
	}
	out.Write(data)
	out.WriteString(p.String() + p.GoString())
	printed := strings.ToLower(out.String())
	// Ed25519 keeps the public key behind the seed, so a private key would show as "... public]".
	privateEnd := " " + strings.Trim(fmt.Sprint([]byte(u.DevicePublic())), "[]")
	for _, secret := range []string{
		right, fmt.Sprintf("%x", right), strings.Trim(fmt.Sprint([]byte(right)), "[]"), "age-secret-key",
		privateEnd,
	} {
		if strings.Contains(printed, secret) {
			t.Errorf("%q was printed:\n%s", secret, printed)
		}
	}
	if !strings.Contains(printed, "[redacted]") {
		t.Error("nothing was printed at all")
	}
}
