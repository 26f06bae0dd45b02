package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/posko-ir/posko/store/keys/keystest"
)

// TestScriptsWithKeychain runs scripts against a real Secret Service.
func TestScriptsWithKeychain(t *testing.T) {
	if testing.Short() {
		t.Skip("each command derives a key from a passphrase; run without -short")
	}
	service := keystest.SecretService(t)
	p := scripts("testdata/keychain")
	setup := p.Setup
	p.Setup = func(e *testscript.Env) error {
		e.Setenv("DBUS_SESSION_BUS_ADDRESS", service.Address)
		err := setup(e)
		e.Setenv("POSKO_KEYCHAIN", "system")
		return err
	}
	testscript.Run(t, p)
}
