// Package keystest helps tests that need a keychain: one in memory whose answers a test may
// replace, a real Secret Service on a private bus, and a fake one whose prompts never end.
//
// Nothing here is safe for keys that matter.
package keystest
