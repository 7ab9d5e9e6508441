package config

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What the database holds counts more than a default and less than anything else.
func TestTheDatabaseStandsBetweenDefaultsAndFile(t *testing.T) {
	t.Parallel()
	c, _ := load(t, Options{
		File: write(t, "g.yaml", "session: {absolute: 20d}\n"), Env: []string{"GATEHOUSE_SIGNIN_FRESH=4m"}, Sets: []string{"brand.name=Gatehouse"},
	})
	rows := []Stored{{"session.idle", "12h"}, {"session.absolute", "10d"}, {"signin.fresh", "9m"}, {"brand.name", "Acme"}, {"brand.accent", "#c0341d"}}
	now, left := Over(c, rows)
	if len(left) > 0 || now.Session.Idle != 12*time.Hour || now.Session.Absolute != 20*24*time.Hour || now.SignIn.Fresh != 4*time.Minute ||
		now.Brand.Name != "Gatehouse" || now.Brand.Accent != "#c0341d" {
		t.Errorf("%+v %+v %+v %v", now.Session, now.SignIn, now.Brand, left)
	}
	for key, want := range map[string]string{
		"session.idle": "the database", "brand.accent": "the database", "signin.fresh": "GATEHOUSE_SIGNIN_FRESH", "brand.name": "--set brand.name", "keys.rotate": "default",
	} {
		if got := now.Sources.Of(key).String(); got != want {
			t.Errorf("%s comes from %s, want %s", key, got, want)
		}
	}
	if c.Session.Idle != 7*24*time.Hour || c.Sources.Of("session.idle").Layer != Defaulted {
		t.Error("what the process was started with changed")
	}
}

// Rows that cannot be used count nothing, nor do those of their section where the whole
// breaks a rule; the order in which they come makes no difference.
func TestWhatCannotBeUsedIsLeftOut(t *testing.T) {
	t.Parallel()
	c, _ := load(t, Options{})
	rows := []Stored{
		{"session.idle", "20d"},
		{"session.absolute", "10d"},
		{"tokens.refresh_idle", "1d"},
		{"tokens.refresh_absolute", "soon"},
		{"signin.mfa", "nobody"},
		{"signin.fresh", "2m"},
		{"store.url", "sqlite:elsewhere"},
		{"signin.help_text", strings.Repeat("a", MaxStored+1)},
		{"future.key", "1"},
	}
	want := []string{"future.key", "session.absolute", "session.idle", "signin.help_text", "signin.mfa", "store.url", "tokens.refresh_absolute"}
	for range 2 {
		now, left := Over(c, rows)
		var got []string
		for _, l := range left {
			got = append(got, l.Key)
		}
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("left out (-want +got):\n%s", diff)
		}
		if now.Session != c.Session || now.Store != c.Store || now.SignIn.MFA != c.SignIn.MFA || now.SignIn.Fresh != 2*time.Minute || now.Tokens.RefreshIdle != 24*time.Hour {
			t.Errorf("%+v %+v %+v", now.Session, now.SignIn, now.Tokens)
		}
		slices.Reverse(rows)
	}
}

// What may be changed is a list that somebody thought about: no key of it names a file, an
// address, a database or a secret.
func TestOnlyWhatIsSafeMayBeChangedWhileGatehouseRuns(t *testing.T) {
	t.Parallel()
	for _, key := range Changeable() {
		i := slices.IndexFunc(Keys(), func(k Key) bool { return k.Path == key })
		if i < 0 {
			t.Errorf("%s is no key", key)
			continue
		}
		k := Keys()[i]
		if !k.Changeable || k.Secret || k.Kind == Sections || k.Kind == List {
			t.Errorf("%+v", k)
		}
		for _, word := range []string{"file", "listen", "dir", "store", "issuer", "prox", "tls", "logo", "gate.", "limits.", "memory"} {
			if strings.Contains(key, word) {
				t.Errorf("%s may be changed", key)
			}
		}
	}
	if _, changes := Known("signin.help_text"); !changes {
		t.Error("the help text may not be changed")
	}
	if is, changes := Known("store.url_file"); is || changes {
		t.Error("a key that names a secret's file counts as one")
	}
}
