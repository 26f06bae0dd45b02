package keys

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/godbus/dbus/v5"
)

const (
	secretsName       = "org.freedesktop.secrets"
	secretsPath       = dbus.ObjectPath("/org/freedesktop/secrets")
	secretsService    = "org.freedesktop.Secret.Service"
	secretsCollection = "org.freedesktop.Secret.Collection"
	secretsIsLocked   = "org.freedesktop.Secret.Error.IsLocked"
	loginCollection   = secretsPath + "/collection/login"
	dbusProperties    = "org.freedesktop.DBus.Properties.Get"
	dbusErrors        = "org.freedesktop.DBus.Error."
	noObject          = dbus.ObjectPath("/")
)

// reachable tells ErrNoKeychain before the library is asked. It opens a bus connection of its own
// because the library's shared one starts a bus daemon where there is none.
func reachable(ctx context.Context) error {
	conn, err := sessionBus(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // nothing was written
	_, err = collection(ctx, conn)
	return err
}

// classify sorts an error of the library. It reports a locked collection only as "wrong
// collection", so the lock itself is looked at.
func classify(ctx context.Context, err error) error {
	if known := sortBusError(err); known != nil {
		return known
	}
	if locked(ctx) {
		return ErrKeychainLocked
	}
	return fmt.Errorf("%w: %w", ErrKeychain, err)
}

func sessionBus(ctx context.Context) (*dbus.Conn, error) {
	conn, err := dbus.SessionBusPrivateNoAutoStartup(dbus.WithContext(ctx))
	if err != nil {
		return nil, fmt.Errorf("%w (no session bus)", ErrNoKeychain)
	}
	err = conn.Auth(nil)
	if err == nil {
		err = conn.Hello()
	}
	if err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("%w (session bus refuses)", ErrNoKeychain)
	}
	return conn, nil
}

// collection finds the collection that the library will use: "login", else the default one.
func collection(ctx context.Context, conn *dbus.Conn) (dbus.ObjectPath, error) {
	service := conn.Object(secretsName, secretsPath)
	var v dbus.Variant
	if err := service.CallWithContext(ctx, dbusProperties, 0, secretsService, "Collections").Store(&v); err != nil {
		if known := sortBusError(err); known != nil {
			return "", known
		}
		return "", fmt.Errorf("%w: list collections: %w", ErrKeychain, err)
	}
	if paths, ok := v.Value().([]dbus.ObjectPath); ok && slices.Contains(paths, loginCollection) {
		return loginCollection, nil
	}
	var path dbus.ObjectPath
	if err := service.CallWithContext(ctx, secretsService+".ReadAlias", 0, "default").Store(&path); err != nil {
		return "", fmt.Errorf("%w: find the default collection: %w", ErrKeychain, err)
	}
	if path == noObject {
		return "", fmt.Errorf("%w (it has no default collection; create one in the desktop's password program)", ErrNoKeychain)
	}
	return path, nil
}

// locked asks whether the collection is locked now. Not knowing counts as no.
func locked(ctx context.Context) bool {
	conn, err := sessionBus(ctx)
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close() }() // nothing was written
	path, err := collection(ctx, conn)
	if err != nil {
		return false
	}
	var v dbus.Variant
	err = conn.Object(secretsName, path).CallWithContext(ctx, dbusProperties, 0, secretsCollection, "Locked").Store(&v)
	is, ok := v.Value().(bool)
	return err == nil && ok && is
}

// sortBusError knows the errors whose name says enough; nil for the others.
func sortBusError(err error) error {
	var e dbus.Error
	if !errors.As(err, &e) {
		return nil
	}
	name, ok := strings.CutPrefix(e.Name, dbusErrors)
	switch {
	case e.Name == secretsIsLocked:
		return ErrKeychainLocked
	case !ok:
		return nil
	case name == "ServiceUnknown", name == "NameHasNoOwner", strings.HasPrefix(name, "Spawn."):
		return ErrNoKeychain
	case name == "NoReply", name == "Timeout", name == "TimedOut":
		return ErrKeychainTimeout
	}
	return nil
}
