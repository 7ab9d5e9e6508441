package guard

import (
	"strings"
	"testing"

	"gatehouse/audit"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

func TestWhatNoListSaysIsNoActor(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "ci", "service:ci", "command lines", "person usr_a", "İ", "Anwendungen shop"} {
		if got := asNoted(text); got != "" {
			t.Errorf("%q is %q", text, got)
		}
	}
}

// Whoever did something is called so in words, and never by a word of the program.
func TestWhoActedIsSaidInWords(t *testing.T) {
	t.Parallel()
	shipped := words.Shipped()
	for want, c := range map[string]struct {
		language string
		actor    wire.Actor
	}{
		"not signed in":      {"en", wire.Actor{Kind: audit.Nobody}},
		"nicht angemeldet":   {"de", wire.Actor{Kind: audit.Nobody}},
		"service account ci": {"en", wire.Actor{Kind: audit.Service, ID: "ci"}},
		"Gatehouse itself":   {"en", wire.Actor{Kind: audit.House}},
		"command line demo":  {"en", wire.Actor{Kind: audit.Console, ID: "demo"}},
	} {
		if got := Acted(shipped.Named(c.language), c.actor); got != want {
			t.Errorf("%+v is called %q, want %q", c.actor, got, want)
		}
		if noted := strings.TrimSuffix(string(c.actor.Kind)+":"+c.actor.ID, ":"); noted != "" {
			if got := ActedBy(shipped.Named(c.language), noted); got != want {
				t.Errorf("%s is called %q, want %q", noted, got, want)
			}
			if got := asNoted(want); got != noted {
				t.Errorf("who types %q means %q, want %q", want, got, noted)
			}
		}
	}
}
