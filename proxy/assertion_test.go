package proxy

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/access"
)

// plainly signs nothing: an assertion is what it says.
type plainly struct{}

// Sign implements Signer.
func (plainly) Sign(_ context.Context, _, _ string, payload []byte) (string, error) {
	return string(payload), nil
}

// allSaid is said of a caller, all of it by other texts.
func allSaid() statement {
	return statement{
		audience: "shop", permission: "shop/orders:read", org: "acme", subject: access.Subject{Kind: access.User, ID: "usr_a"},
		client: "cli_a", session: "ses_a", acr: "aal1", authTime: 1, version: 1, filter: `{"a":1}`,
	}
}

// What differs in anything is another assertion, however its texts would be joined (T6).
func TestNoAssertionIsTakenForAnother(t *testing.T) {
	t.Parallel()
	a := &assertor{issuer: "https://id.test", signer: plainly{}}
	made := map[string]string{}
	assert := func(what string, s statement) {
		t.Helper()
		text, err := a.assert(t.Context(), s, time.Time{}, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if other := made[text]; other != "" {
			t.Errorf("%s and %s are one assertion", what, other)
		}
		made[text] = what
	}
	assert("all", allSaid())
	unfiltered := allSaid()
	unfiltered.filter = ""
	assert("all, of everything", unfiltered) // what is own differs from it by that alone
	fields := 0
	for f := range reflect.TypeFor[statement]().Fields() {
		s := allSaid()
		switch f.Name { // each by hand: they are of this package alone
		case "audience":
			s.audience += "x"
		case "permission":
			s.permission += "x"
		case "org":
			s.org += "x"
		case "subject":
			s.subject.ID += "x"
		case "client":
			s.client += "x"
		case "session":
			s.session += "x"
		case "acr":
			s.acr += "x"
		case "authTime":
			s.authTime++
		case "version":
			s.version++
		case "own":
			s.own, s.filter = true, ""
		case "filter":
			s.filter = `{"a":2}`
		default:
			t.Errorf("nothing here changes %s", f.Name)
		}
		assert(f.Name, s)
		fields++
	}
	kind := allSaid()
	kind.subject.Kind = access.ServiceAccount
	assert("kind", kind)
	if fields < 11 {
		t.Errorf("only %d fields were changed", fields)
	}
	texts := []func(s *statement) *string{
		func(s *statement) *string { return &s.audience }, func(s *statement) *string { return &s.permission }, func(s *statement) *string { return &s.org },
		func(s *statement) *string { return &s.subject.ID }, func(s *statement) *string { return &s.client }, func(s *statement) *string { return &s.session }, func(s *statement) *string { return &s.acr },
	}
	for i := range texts {
		for k := range texts {
			if k == i {
				continue
			}
			for _, pair := range [][2]string{{"a|b", "c"}, {"a", "b|c"}, {"a b", "c"}, {"a", "b c"}, {"ab", "c"}, {"a", "bc"}} {
				s := allSaid()
				*texts[i](&s), *texts[k](&s) = pair[0], pair[1]
				assert(fmt.Sprint("texts ", i, " and ", k, ": ", strings.Join(pair[:], "+")), s)
			}
		}
	}
}

// An assertion that is used again says nothing for longer than what it rests on (T8).
func TestAnAssertionIsNotUsedBeyondWhatItRestsOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, begun := &assertor{issuer: "https://id.test", signer: plainly{}}, time.Now()
		last, n := "", 0
		for _, c := range []struct {
			at, limit time.Duration // 0: there is none
			again     bool          // whether it is the one before
			life      time.Duration // of the one that is told
		}{
			{0, 0, false, time.Minute},
			{10 * time.Second, 0, true, time.Minute},
			{10 * time.Second, 20 * time.Second, false, 20 * time.Second},
			{12 * time.Second, 20 * time.Second, true, 20 * time.Second},
			{18 * time.Second, 20 * time.Second, true, 20 * time.Second},
			{19500 * time.Millisecond, 20 * time.Second, false, 20500 * time.Millisecond}, // a second is the least that a JWT says
			{25 * time.Second, 0, false, 85 * time.Second},
			{54 * time.Second, 0, true, 85 * time.Second},
			{56 * time.Second, 0, false, 116 * time.Second},
		} {
			time.Sleep(c.at - time.Since(begun))
			limit := time.Time{}
			if c.limit != 0 {
				limit = begun.Add(c.limit)
			}
			text, err := a.assert(t.Context(), allSaid(), limit, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			var told claims
			if err := json.Unmarshal([]byte(text), &told); err != nil {
				t.Fatal(err)
			}
			if got := text == last; got != c.again {
				t.Errorf("row %d: it is the one before: %t", n, got)
			}
			if ends := begun.Add(c.life).Unix(); told.Expires > ends {
				t.Errorf("row %d: it ends at %d, and %d is the most", n, told.Expires, ends)
			}
			last = text
			n++
		}
	})
}
