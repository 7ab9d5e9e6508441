package main

import (
	"path/filepath"
	"testing"

	"gatehouse/wire"
)

// An address that nobody has looked at is not verified because the one before
// it was: applications join accounts by a verified address.
func TestNewEmailIsNotVerifiedUnlessSomebodySaysSo(t *testing.T) {
	t.Parallel()
	b := newBeside(t)
	password := filepath.Join(t.TempDir(), "password")
	writeFile(t, password, "a long enough sentence\n")
	claims := filepath.Join(t.TempDir(), "claims.json")
	writeFile(t, claims, `{"email": "fourth@example.test", "email_verified": true}`)
	var u wire.User
	b.run(&u, "user", "create", "--email", "first@example.test", "--name", "Ada", "--email-verified", "--password-file", password)
	for _, step := range []struct {
		args     []string
		verified bool
	}{
		{[]string{"--name", "Ada Lovelace"}, true},
		{[]string{"--email", "First@Example.test"}, true}, // the same address
		{[]string{"--email", "second@example.test"}, false},
		{[]string{"--email", "third@example.test", "--email-verified"}, true},
		{[]string{"--claims-file", claims}, true},
		{[]string{"--email", "fifth@example.test", "--name", "Ada"}, false},
	} {
		b.run(&u, append([]string{"user", "update", string(u.ID)}, step.args...)...)
		if u.EmailVerified != step.verified {
			t.Errorf("after user update %v: %s is verified: %t, want %t", step.args, u.Email, u.EmailVerified, step.verified)
		}
	}
}
