package housetest

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/audit"
	"gatehouse/identity"
	"gatehouse/internal/gatetest"
	"gatehouse/session"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const goldenTrail = "testdata/trail.golden"

// told is a thing that happens and what the audit log tells of it.
type told struct {
	name    string
	prepare func(t *testing.T, s *scene)
	do      func(t *testing.T, s *scene) bool
}

// refusals and the doings of the house itself; the changes are those of trail.
func alsoTold() []told {
	ctx := context.Background()
	signIn := func(email func(s *scene) string, password string) func(*testing.T, *scene) bool {
		return func(_ *testing.T, s *scene) bool {
			s.browser.Get("/signin?return_to=/account").Submit("email", email(s), "password", password)
			return true
		}
	}
	ada := func(s *scene) string { return s.ada.Email }
	factor := func(code func(s *scene) string) func(*testing.T, *scene) bool {
		return func(_ *testing.T, s *scene) bool {
			s.browser.Get("/signin?return_to=/account").Submit("email", s.ada.Email, "password", s.ada.Password).At("/signin/factor").Submit("code", code(s))
			return true
		}
	}
	return []told{
		{name: "a wrong password", do: signIn(ada, "a wrong one")},
		{name: "a name that nobody has", do: signIn(func(*scene) string { return "nobody@example.test" }, "a wrong one")},
		{name: "a disabled person", prepare: func(t *testing.T, s *scene) {
			must(t, s.House.Identity.Disable(ctx, gatetest.Console, s.ada.ID))
		}, do: func(t *testing.T, s *scene) bool { return signIn(ada, s.ada.Password)(t, s) }},
		{name: "a person without a password", prepare: func(t *testing.T, s *scene) {
			_, err := s.House.Identity.Create(ctx, gatetest.Console, identity.User{Email: "later@example.test"}, "")
			must(t, err)
		}, do: signIn(func(*scene) string { return "later@example.test" }, "a wrong one")},
		{name: "a password of two steps", prepare: withFactor, do: func(t *testing.T, s *scene) bool { return signIn(ada, s.ada.Password)(t, s) }},
		{name: "a wrong code", prepare: withFactor, do: factor(func(*scene) string { return "000000" })},
		{name: "a code that comes again", prepare: func(_ *testing.T, s *scene) {
			withFactor(nil, s)
			s.Browser().Get("/signin?return_to=/account").SignIn(s.ada).At("/account")
		}, do: factor(func(s *scene) string { return s.ada.Code() })},
		{name: "a sign-in of two steps", prepare: withFactor, do: factor(func(s *scene) string { return s.ada.Code() })},
		{name: "a wrong recovery code", prepare: withFactor, do: func(t *testing.T, s *scene) bool {
			_, _, err := s.House.Identity.CheckRecovery(ctx, audit.Actor{IP: "192.0.2.7", Agent: "test"}, s.ada.ID, "ABCDEF-ABCDEF-ABCDEF-ABCDEF")
			return err != nil
		}},
		{name: "a sign-in in place of somebody else's", prepare: func(_ *testing.T, s *scene) {
			s.browser.Get("/signin?return_to=/account").SignIn(s.Person("bob")).At("/account")
		}, do: func(_ *testing.T, s *scene) bool {
			s.browser.Get(s.app.AuthorizeURL("prompt", "login")).Press("", "other").SignIn(s.ada)
			return true
		}},
		{name: "an authenticator of one's own", prepare: func(_ *testing.T, s *scene) {
			s.browser.Get("/signin?return_to=/account").SignIn(s.ada).At("/account")
		}, do: func(t *testing.T, s *scene) bool {
			p := s.browser.Get("/account/security/enrol")
			p.Submit("code", gatetest.CodeFor(t, keyOn(p), time.Now()))
			return true
		}},
		{name: "other browsers signed out", prepare: func(_ *testing.T, s *scene) {
			s.Browser().Get("/signin?return_to=/account").SignIn(s.ada).At("/account")
			s.browser.Get("/signin?return_to=/account").SignIn(s.ada).At("/account")
		}, do: func(_ *testing.T, s *scene) bool {
			s.browser.Get("/account/sessions/others").Press("", "submit")
			return true
		}},
		{name: "all browsers signed out by the operator", prepare: func(_ *testing.T, s *scene) {
			s.Browser().Get("/signin?return_to=/account").SignIn(s.ada).At("/account")
			s.browser.Get("/signin?return_to=/account").SignIn(s.ada).At("/account")
		}, do: func(t *testing.T, s *scene) bool {
			_, err := s.House.Sessions.EndAll(ctx, gatetest.Console, s.ada.ID, "", session.ReasonByOperator)
			must(t, err)
			return true
		}},
		{name: "an access token revoked", prepare: tokensFirst, do: func(_ *testing.T, s *scene) bool {
			return s.app.Revoke(s.tokens().Text("access_token")).Status == 200
		}},
		{name: "the first start", do: func(t *testing.T, s *scene) bool {
			link, _, err := s.House.FirstRun(ctx)
			must(t, err)
			return link != ""
		}},
		{name: "the first start of a house that is configured", prepare: func(t *testing.T, s *scene) {
			file := filepath.Join(t.TempDir(), "password")
			must(t, os.WriteFile(file, []byte("a long enough sentence\n"), 0o600))
			must(t, s.House.Identity.Delete(ctx, gatetest.Console, s.ada.ID))
			s.House.Config.Bootstrap.Email, s.House.Config.Bootstrap.PasswordFile = "root@example.test", file
		}, do: func(t *testing.T, s *scene) bool {
			_, _, err := s.House.FirstRun(ctx)
			must(t, err)
			return true
		}},
		{name: "a month of keys", prepare: tokensFirst, do: func(t *testing.T, s *scene) bool {
			for range 32 * 4 {
				time.Sleep(6 * time.Hour)
				must(t, s.House.Keys.Step(ctx, time.Now()))
			}
			return true
		}},
	}
}

// Everything that the house makes for people, operators and clients, and what
// it refuses them, is told with who, from where, what, to whom, how it ended,
// why, and how it was before and after. The golden file is that tale;
// `go test ./internal/housetest -run Trail -update` writes it anew, and whoever
// does so reads the difference line by line.
func TestTrailTellsWhoDidWhatToWhom(t *testing.T) {
	t.Parallel()
	all := everythingTold()
	want := readTrail(t)
	tale := make([]string, len(all))
	t.Run("of", func(t *testing.T) {
		for n := range all {
			name := all[n].name
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					tale[n] = tell(t, everythingTold()[n]) // its own, so that cases share nothing
				})
				if !*update && tale[n] != want[name] {
					t.Errorf("the trail is\n%s\nwant\n%s", tale[n], want[name])
				}
			})
		}
	})
	if *update {
		var out bytes.Buffer
		for n, c := range all {
			fmt.Fprintf(&out, "== %s\n%s", c.name, tale[n])
		}
		must(t, os.WriteFile(goldenTrail, out.Bytes(), 0o644))
		return
	}
	for name := range want {
		if !slices.ContainsFunc(all, func(c told) bool { return c.name == name }) {
			t.Errorf("%s has %q, which nothing tells", goldenTrail, name)
		}
	}
}

func everythingTold() (all []told) {
	for _, c := range trail() {
		all = append(all, told{string(c.action), c.prepare, c.do})
	}
	return append(all, alsoTold()...)
}

// readTrail returns the golden tale by what happened.
func readTrail(t *testing.T) map[string]string {
	t.Helper()
	content, err := os.ReadFile(goldenTrail)
	if err != nil && !*update {
		t.Fatal(err)
	}
	tale := map[string]string{}
	for _, part := range strings.Split(string(content), "== ")[1:] {
		name, text, _ := strings.Cut(part, "\n")
		tale[name] = text
	}
	return tale
}

// tell lets it happen and returns what the audit log then holds more.
func tell(t *testing.T, c told) string {
	t.Helper()
	s := newScene(t)
	if !strings.HasPrefix(c.name, "setup.") && !strings.HasPrefix(c.name, "the first start") {
		administrator(t, s)
	}
	if c.prepare != nil {
		c.prepare(t, s)
	}
	time.Sleep(time.Second)
	s.Settle()
	before := len(eventsOf(t, s.Gate, ""))
	if !c.do(t, s) {
		t.Errorf("it did not happen; log:\n%s", s.Log)
	}
	names := &namer{named: map[string]string{string(s.ada.ID): "ada"}, count: map[string]int{}}
	keys, err := s.House.Keys.List(context.Background(), true)
	must(t, err)
	for _, k := range keys {
		names.named[k.ID] = "a key for " + k.Algorithm
	}
	events := eventsOf(t, s.Gate, "")[before:]
	// Events of one instant have no order of their own.
	slices.SortStableFunc(events, func(a, b audit.Event) int {
		if order := a.At.Compare(b.At); order != 0 {
			return order
		}
		return strings.Compare(names.anonymous(story(a)), names.anonymous(story(b)))
	})
	var out strings.Builder
	for _, e := range events {
		out.WriteString(names.tell(story(e)))
	}
	return out.String()
}

// story is an event as a person would read it.
func story(e audit.Event) string {
	var out strings.Builder
	line := func(what string, parts ...any) {
		text := strings.Join(strings.Fields(fmt.Sprintln(parts...)), " ")
		if text != "" {
			fmt.Fprintf(&out, "   %-7s %s\n", what, text)
		}
	}
	fmt.Fprintf(&out, "%v\n", e.Action)
	if e.Actor.Session == "" {
		line("who", e.Actor.Kind, e.Actor.ID)
	} else {
		line("who", e.Actor.Kind, e.Actor.ID, "in", e.Actor.Session)
	}
	if e.Actor.IP != "" || e.Actor.Agent != "" || e.Actor.Request != "" {
		line("where", "address", e.Actor.IP, "agent", e.Actor.Agent, "request", e.Actor.Request)
	}
	line("whom", e.Target)
	if e.User != "" && e.Target != audit.OfUser(e.User) {
		line("person", e.User)
	}
	if e.Client != "" && e.Target != audit.OfClient(e.Client) {
		line("client", e.Client)
	}
	line("outcome", e.Outcome, e.Reason)
	line("before", document(e.Before, e.At))
	line("after", document(e.After, e.At))
	return out.String()
}

// document is an event's Before or After with its members in order, and each
// time as the distance from the event.
func document(raw json.RawMessage, at time.Time) string {
	if len(raw) == 0 {
		return ""
	}
	var members map[string]any
	if err := json.Unmarshal(raw, &members); err != nil {
		return "no object: " + string(raw)
	}
	sorted, err := json.Marshal(distances(members, at))
	if err != nil {
		return err.Error()
	}
	return string(sorted)
}

func distances(v any, at time.Time) any {
	switch v := v.(type) {
	case map[string]any:
		for name := range v {
			v[name] = distances(v[name], at)
		}
		if _, ok := v["hint"]; ok {
			v["hint"] = "…" // of a secret, which is random
		}
	case []any:
		for i := range v {
			v[i] = distances(v[i], at)
		}
	case string:
		if when, err := time.Parse(time.RFC3339Nano, v); err == nil {
			return fmt.Sprintf("at %v", when.Sub(at))
		}
	}
	return v
}

// namer gives what has a random name a name that is the same in every run.
type namer struct {
	named map[string]string
	count map[string]int
}

var (
	randomName  = regexp.MustCompile(`\b([a-z]{3})_[a-z2-7]{26,32}\b`)
	randomToken = regexp.MustCompile(`([\s":])[A-Za-z0-9_-]{27}([\s"])`) // a jti
)

func (n *namer) known(text string) string {
	for random, name := range n.named {
		text = strings.ReplaceAll(text, random, name)
	}
	return randomToken.ReplaceAllString(text, "${1}a token${2}")
}

// anonymous is text without the names that are not known yet.
func (n *namer) anonymous(text string) string {
	return randomName.ReplaceAllString(n.known(text), "${1}_")
}

func (n *namer) tell(text string) string {
	return randomName.ReplaceAllStringFunc(n.known(text), func(random string) string {
		if _, ok := n.named[random]; !ok {
			kind := random[:3]
			n.count[kind]++
			n.named[random] = fmt.Sprintf("%s_%d", kind, n.count[kind])
		}
		return n.named[random]
	})
}
