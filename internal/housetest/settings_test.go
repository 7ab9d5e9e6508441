package housetest

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/config"
	"gatehouse/follow"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
	"gatehouse/settings"
)

// put changes a setting whatever it is.
func (s *steering) put(key, value string) gatetest.Answer {
	s.t.Helper()
	return s.call(s.boss, http.MethodPut, "/api/v1/settings/"+key, map[string]any{"value": value}, "If-Match", "*")
}

// A setting is changed in the revision that was seen, at once for who changed it and
// within a second for the others, and the audit log tells what it was.
func TestASettingIsChangedWhileGatehouseRuns(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, g *gatetest.Gate) {
		both := replicas(t, g)
		here, there := both[0], both[1]
		const path = "/api/v1/settings/session.idle"
		was := here.call(here.boss, http.MethodGet, path, nil)
		if was.Status != http.StatusOK || was.Text("value") != "7d" || was.Text("layer") != "default" || was.JSON["changeable"] != true || was.Header.Get("ETag") != `"1"` {
			t.Fatalf("before: %d %s %s", was.Status, was.Header.Get("ETag"), was.Body)
		}
		set := func(value, match string) gatetest.Answer {
			return here.call(here.boss, http.MethodPut, path, map[string]any{"value": value}, "If-Match", match)
		}
		is := set("12h", `"1"`)
		if is.Status != http.StatusOK || is.Text("value") != "12h" || is.Text("source") != "the database" || is.Header.Get("ETag") == `"1"` {
			t.Fatalf("set: %d %s %s", is.Status, is.Header.Get("ETag"), is.Body)
		}
		if got := here.House.Now().Session.Idle; got != 12*time.Hour {
			t.Errorf("who changed it goes by %s", got)
		}
		promised(t, follow.MaxAge, "the other replica goes by it", func() (bool, bool) { return there.House.Now().Session.Idle == 12*time.Hour, false })
		if a := set("13h", `"1"`); a.Status != http.StatusPreconditionFailed || problem(a) != "request.outdated" {
			t.Errorf("by who saw it before: %d %s", a.Status, a.Body)
		}
		again := set("12h", is.Header.Get("ETag"))
		if again.Header.Get("ETag") != is.Header.Get("ETag") {
			t.Error("the same value is another revision")
		}
		if a := there.call(there.boss, http.MethodGet, path, nil); a.Text("value") != "12h" || a.Header.Get("ETag") != is.Header.Get("ETag") {
			t.Errorf("the other replica says %s %s", a.Header.Get("ETag"), a.Body)
		}
		if a := there.call(there.boss, http.MethodDelete, path, nil, "If-Match", is.Header.Get("ETag")); a.Status != http.StatusNoContent {
			t.Fatalf("unset: %d %s", a.Status, a.Body)
		}
		promised(t, follow.MaxAge, "the default is back", func() (bool, bool) { return here.House.Now().Session.Idle == 7*24*time.Hour, false })
		if a := there.call(there.boss, http.MethodDelete, path, nil, "If-Match", `"1"`); a.Status != http.StatusNoContent {
			t.Errorf("unset once more: %d %s", a.Status, a.Body)
		}
		events, _, err := g.House.Trail.Page(t.Context(), audit.Query{Actions: []audit.Action{settings.ActionSet, settings.ActionUnset}}, 10)
		must(t, err)
		var told []string
		for _, e := range slices.Backward(events) {
			told = append(told, fmt.Sprintf("%s %s %s %s", e.Action, e.Target.ID, e.Before, e.After))
		}
		want := []string{`setting.set session.idle  {"value":"12h"}`, `setting.unset session.idle {"value":"12h"} `}
		if !slices.Equal(told, want) {
			t.Errorf("told is %q, want %q", told, want)
		}
	})
}

// What could not be used is refused in the words of the file, and nothing changes.
func TestASettingThatCannotBeUsedIsRefused(t *testing.T) {
	t.Parallel()
	s := newSteering(t, func(c *config.Config) { c.SignIn.HelpText = "Ask Ada." })
	if a := s.put("session.absolute", "10d"); a.Status != http.StatusOK {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	before := *s.House.Now()
	for _, c := range []struct {
		key, value string
		status     int
		code, says string
	}{
		{"session.idle", "12 hours", 422, "setting.invalid", "is not a duration; write a number and a unit"},
		{"session.idle", "1s", 422, "setting.invalid", "must be between"},
		{"session.idle", "11d", 422, "setting.invalid", "it must not be longer than session.absolute, which is 10d"},
		{"session.idle", strings.Repeat("9", 5000), 422, "request.invalid", "4096"},
		{"signin.mfa", "nobody", 422, "setting.invalid", "only in the file, by a variable or by a flag"},
		{"signin.mfa", "somebody", 422, "setting.invalid", `must be "administrators", "everybody" or "nobody"`},
		{"signin.help_url", "javascript:alert(1)", 422, "setting.invalid", "must be an address"},
		{"passwords.min_length", "4", 422, "setting.invalid", "must be between 8 and 64"},
		{"audit.retention", "29d", 422, "setting.invalid", "it must be at least 30d"},
		{"brand.accent", "red;}", 422, "setting.invalid", "is no colour"},
		{"brand.name", "a\x00b", 422, "setting.invalid", "printable"},
		{"signin.help_text", "Ask Bob.", 409, "setting.locked", "signin.help_text is set by the program that started this process"},
		{"listen.public", "127.0.0.1:1", 409, "setting.fixed", "read once"},
		{"store.url", "sqlite:elsewhere", 409, "setting.fixed", "read once"},
		{"gate.routes", "x", 409, "setting.fixed", "read once"},
		{"store.url_file", "/etc/passwd", 404, "setting.not_found", ""},
		{"session.idel", "1h", 404, "setting.not_found", ""},
	} {
		a := s.put(c.key, c.value)
		if a.Status != c.status || problem(a) != c.code || !strings.Contains(string(a.Body), c.says) && !strings.Contains(a.Text("detail"), c.says) {
			t.Errorf("%s = %.20q: %d %s, want %d %s %q", c.key, c.value, a.Status, a.Body, c.status, c.code, c.says)
		}
	}
	if a := s.put("session.idle", "9d"); a.Status != http.StatusOK {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	if a := s.put("session.absolute", "8d"); a.Status != 422 || !strings.Contains(a.Text("detail"), "session.idle is 9d") {
		t.Errorf("the absolute limit below the idle one: %d %s", a.Status, a.Body)
	}
	s.put("session.absolute", "100d")
	s.put("session.idle", "60d")
	s.put("passwords.min_length", "13") // it comes before the one that needs it
	if a := s.call(s.boss, http.MethodDelete, "/api/v1/settings/session.absolute", nil, "If-Match", "*"); a.Status != 409 || problem(a) != "setting.needed" {
		t.Errorf("what another setting needs is unset: %d %s", a.Status, a.Body)
	}
	if now := s.House.Now(); now.SignIn.HelpText != "Ask Ada." || now.SignIn.MFA != before.SignIn.MFA || now.Brand != before.Brand || now.Audit != before.Audit {
		t.Errorf("something changed: %+v", now)
	}
}

// Each setting that may be changed does what it says, at a replica that only heard of it.
func TestEachSettingThatChangesDoesWhatItSays(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	both := replicas(t, g)
	here, there := both[0], both[1]
	h := there.House
	signedIn := func() (idle, absolute time.Duration) {
		who := there.Person("p"+fmt.Sprint(time.Now().UnixNano()), gatetest.NoPassword)
		s, _, err := h.Sessions.Create(context.Background(), gatetest.Console, who.ID, nil)
		must(t, err)
		return s.IdleExpires.Sub(s.Created), s.Expires.Sub(s.Created)
	}
	page := func(path string) string { return there.Browser().Get(path).Body }
	app := g.App("web")
	ada, bob := g.Person("ada"), g.Person("bob")
	tokens := func() gatetest.Answer { return app.At(there.Gate).Tokens(there.Browser(), ada) }
	family := func() (idle, absolute time.Duration) {
		found, _, err := h.OAuth.Families(context.Background(), oauth.FamilyFilter{User: ada.ID}, 1)
		must(t, err)
		return found[0].IdleExpires.Sub(found[0].RotatedAt), found[0].Expires.Sub(found[0].Created)
	}
	does := map[string]struct {
		value string
		so    func() bool
	}{
		"session.idle":     {"3h", func() bool { idle, _ := signedIn(); return idle == 3*time.Hour }},
		"session.absolute": {"9d", func() bool { _, absolute := signedIn(); return absolute == 9*24*time.Hour }},
		"signin.mfa": {"everybody", func() bool {
			return there.Browser().Get("/signin?return_to=/account").SignIn(ada).URL.Path == "/signin/enrol"
		}},
		"signin.interaction_ttl": {"7m", func() bool { return h.Flow.Config().InteractionTTL == 7*time.Minute }},
		"signin.fresh":           {"45s", func() bool { return h.Flow.Config().Fresh == 45*time.Second }},
		"signin.help_text":       {"Call 4711.", func() bool { return strings.Contains(page("/signin/help"), "Call 4711.") }},
		"signin.help_url":        {"https://help.example.test/", func() bool { return strings.Contains(page("/signin/help"), "https://help.example.test/") }},
		"passwords.min_length": {"20", func() bool {
			err := h.Identity.SetPassword(context.Background(), gatetest.Console, bob.ID, 0, "nineteen letters ok")
			return err != nil && strings.Contains(err.Error(), "20")
		}},
		"tokens.access_token_ttl": {"77s", func() bool { return tokens().JSON["expires_in"] == float64(77) }},
		"tokens.id_token_ttl": {"88s", func() bool {
			c := gatetest.Claims(tokens().Text("id_token"))
			return c["exp"].(float64)-c["iat"].(float64) == 88
		}},
		"tokens.refresh_idle":     {"3d", func() bool { tokens(); idle, _ := family(); return idle == 3*24*time.Hour }},
		"tokens.refresh_absolute": {"20d", func() bool { tokens(); _, absolute := family(); return absolute == 20*24*time.Hour }},
		"audit.retention":         {"90d", func() bool { return h.Pruner.Due(time.Now()) }},
		"brand.name":              {"Acme", func() bool { return strings.Contains(page("/signin"), "Acme") && h.Identity.Issuer() == "Acme" }},
		"brand.accent":            {"#c0341d", func() bool { return strings.Contains(page("/signin"), "/brand.css") }},
	}
	for _, key := range config.Changeable() {
		c, ok := does[key]
		if !ok {
			t.Errorf("nobody looks whether %s does something", key)
			continue
		}
		if c.so() {
			t.Errorf("%s is as if it were %s before it is", key, c.value)
		}
		if a := here.put(key, c.value); a.Status != http.StatusOK {
			t.Errorf("%s: %d %s", key, a.Status, a.Body)
			continue
		}
		there.Settle()
		if !c.so() {
			t.Errorf("%s is %s, and does nothing", key, c.value)
		}
		if a := here.call(here.boss, http.MethodDelete, "/api/v1/settings/"+key, nil, "If-Match", "*"); a.Status != http.StatusNoContent {
			t.Errorf("%s: %d %s", key, a.Status, a.Body)
		}
		there.Settle()
		if c.so() {
			t.Errorf("%s is not %s any more, and still counts", key, c.value)
		}
	}
}

// Whatever stands in the database, a process starts; what cannot be used is told, and what
// can is.
func TestAProcessStartsWhateverTheDatabaseSaysOfSettings(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, g *gatetest.Gate) {
		for i, row := range [][2]string{
			{"session.idle", "40d"},             // beside 30d, which is the default of session.absolute
			{"brand.accent", "rebeccapurple"},   // of a newer version
			{"signin.passkeys", "required"},     // as well
			{"store.url", "sqlite:elsewhere"},   // never
			{"signin.mfa", "nobody"},            // not from here
			{"tokens.access_token_ttl", "2m"},   // good
			{"signin.help_text", "Call\x0147."}, // a planted one
		} {
			must(t, g.House.Store.PutSetting(t.Context(), settings.Setting{Key: row[0], Value: row[1], Rev: int64(i + 2), Updated: time.Now()}))
		}
		_, err := g.House.Store.RaiseSettings(t.Context())
		must(t, err)
		there := &steering{Gate: g.Replica(), t: t}
		there.boss = there.account("boss", func(string) bool { return true })
		there.Settle()
		now, def := there.House.Now(), config.Default()
		if now.Session != def.Session || now.Brand != def.Brand || now.SignIn.MFA != def.SignIn.MFA || now.Store.URL != g.House.Config.Store.URL || now.SignIn.HelpText != "" {
			t.Errorf("what cannot be used counts: %+v", now)
		}
		if now.Tokens.AccessTokenTTL != 2*time.Minute {
			t.Error("what can be used does not count")
		}
		health := there.call(there.boss, http.MethodGet, "/api/v1/health", nil)
		if doubts, _ := health.JSON["doubts"].(map[string]any); health.Text("status") != "ready" || !strings.Contains(fmt.Sprint(doubts["settings"]), "brand.accent") {
			t.Errorf("health says %s", health.Body)
		}
		if !strings.Contains(there.Log.String(), "a setting in the database cannot be used") {
			t.Error("the log says nothing")
		}
		one := there.call(there.boss, http.MethodGet, "/api/v1/settings/session.idle", nil)
		if one.Text("stored") != "40d" || one.Text("value") != "7d" || !strings.Contains(one.Text("problem"), "must not be longer") {
			t.Errorf("a setting that cannot be used is told as %s", one.Body)
		}
		for _, key := range []string{"session.idle", "brand.accent", "signin.passkeys", "store.url", "signin.mfa", "signin.help_text"} {
			if a := there.call(there.boss, http.MethodDelete, "/api/v1/settings/"+key, nil, "If-Match", "*"); a.Status != http.StatusNoContent {
				t.Errorf("%s cannot be cleared away: %d %s", key, a.Status, a.Body)
			}
		}
		if left := there.House.UnusableSettings(); len(left) > 0 {
			t.Errorf("left are %v", left)
		}
	})
}

// What the file of one replica sets is not changed there, whatever another one stores.
func TestWhatTheFileSetsIsLocked(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	both := replicas(t, g)
	file := g.ReplicaWith(func(c *config.Config) {
		c.Session.Idle = 2 * time.Hour
		c.Sources = config.Sources{"session.idle": {Layer: config.File, Name: "gatehouse.yaml", Line: 3}}
	})
	with := &steering{Gate: file, t: t, boss: both[0].boss}
	with.Settle()
	if a := both[0].put("session.idle", "5h"); a.Status != http.StatusOK {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	with.Settle()
	if got := with.House.Now().Session.Idle; got != 2*time.Hour {
		t.Errorf("the database counts more than the file: %s", got)
	}
	a := with.put("session.idle", "6h")
	if a.Status != http.StatusConflict || problem(a) != "setting.locked" || !strings.Contains(a.Text("detail"), "gatehouse.yaml:3") {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	one := with.call(with.boss, http.MethodGet, "/api/v1/settings/session.idle", nil)
	if one.JSON["locked"] != true || one.Text("source") != "gatehouse.yaml:3" || one.Text("stored") != "5h" || one.Text("value") != "2h" {
		t.Errorf("it is told as %s", one.Body)
	}
}

// Of changes at once, through two replicas, the whole of what is stored can be used.
func TestSettingsThatGoTogetherAreChangedOneAfterTheOther(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, g *gatetest.Gate) {
		both := replicas(t, g)
		for range 6 {
			for _, s := range both {
				must(t, s.House.Settings.Unset(t.Context(), gatetest.Console, "session.idle", nil))
				must(t, s.House.Settings.Unset(t.Context(), gatetest.Console, "session.absolute", nil))
			}
			answers := together(both, func(s *steering) gatetest.Answer {
				if s == both[0] {
					return s.put("session.idle", "25d")
				}
				return s.put("session.absolute", "20d")
			})
			if won := [2]bool{answers[0].Status == 200, answers[1].Status == 200}; won[0] == won[1] {
				t.Fatalf("%d %s, %d %s", answers[0].Status, answers[0].Body, answers[1].Status, answers[1].Body)
			}
		}
	})
}

// Each value is told with the one before it, and no revision comes again: not when a
// setting was taken away meanwhile.
func TestEachValueOfASettingIsToldAndHasARevisionOfItsOwn(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	const path = "/api/v1/settings/session.idle"
	first := s.put("session.idle", "12h").Header.Get("ETag")
	second := s.put("session.idle", "13h").Header.Get("ETag")
	if a := s.call(s.boss, http.MethodDelete, path, nil, "If-Match", second); a.Status != http.StatusNoContent {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	third := s.put("session.idle", "14h").Header.Get("ETag")
	if first == second || third == first || third == second {
		t.Errorf("the revisions are %s, %s and %s", first, second, third)
	}
	if a := s.call(s.boss, http.MethodPut, path, map[string]any{"value": "15h"}, "If-Match", first); a.Status != http.StatusPreconditionFailed {
		t.Errorf("by who saw the first of them: %d %s", a.Status, a.Body)
	}
	events, _, err := s.House.Trail.Page(t.Context(), audit.Query{Actions: []audit.Action{settings.ActionSet, settings.ActionUnset}}, 10)
	must(t, err)
	var told []string
	for _, e := range slices.Backward(events) {
		told = append(told, fmt.Sprintf("%s %s", e.Before, e.After))
	}
	want := []string{` {"value":"12h"}`, `{"value":"12h"} {"value":"13h"}`, `{"value":"13h"} `, ` {"value":"14h"}`}
	if !slices.Equal(told, want) {
		t.Errorf("told is %q, want %q", told, want)
	}
}

// What browsers keep ends with what they keep it for, as the setting is now.
func TestTheCookiesOfASessionFollowTheSetting(t *testing.T) {
	t.Parallel()
	g, v := newGatedForBrowsers(t)
	s := &steering{Gate: g.Gate, t: t}
	s.boss = s.account("boss", func(string) bool { return true })
	s.Settle()
	if a := s.put("session.absolute", "9d"); a.Status != http.StatusOK {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	s.Settle()
	age := func(name string, cookies []*http.Cookie) {
		t.Helper()
		const want = 9 * 24 * 60 * 60
		i := slices.IndexFunc(cookies, func(c *http.Cookie) bool { return strings.HasSuffix(c.Name, name) })
		if i < 0 || cookies[i].MaxAge != want {
			t.Errorf("%s: %v, want %d seconds", name, cookies, want)
		}
	}
	back := v.open(v.led(shopOrders, g.ada))
	age("gatehouse_gate", back.Cookies())
	var given []*http.Cookie
	s.Watch = func(seen gatetest.Seen) {
		given = append(given, (&http.Response{Header: seen.Header}).Cookies()...)
	}
	s.Browser().Get("/account").SignIn(g.ada)
	age("gatehouse_session", slices.DeleteFunc(given, func(c *http.Cookie) bool { return c.MaxAge < 0 }))
}

// A replica that cannot read what was changed goes on by what it knew, says so, and reads
// again until it can, though nothing changes any more.
func TestAReplicaThatCannotReadTheSettingsTriesAgain(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	both := replicas(t, g)
	here, there := both[0], both[1]
	db := underneath(t, g)
	hidden := func(value string) time.Duration { // its replica reads in the background too, and may be quicker
		t.Helper()
		there.Settle()
		known := there.House.Now().Session.Idle
		if a := here.put("session.idle", value); a.Status != http.StatusOK {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		mustExec(t, db, "ALTER TABLE settings RENAME TO lost")
		if there.House.Now().Session.Idle == known {
			return known
		}
		mustExec(t, db, "ALTER TABLE lost RENAME TO settings")
		return 0
	}
	known := time.Duration(0)
	for n := 0; known == 0; n++ {
		if n == 50 {
			t.Fatal("the other replica always reads first")
		}
		if known = hidden("3h"); known != 0 { // as long as it is the fifth hour that it knows
			mustExec(t, db, "ALTER TABLE lost RENAME TO settings")
		}
		known = hidden("5h")
	}
	for range 3 {
		if err := there.House.Feed.Step(t.Context()); err == nil || !strings.Contains(err.Error(), "follow the settings") {
			t.Errorf("that it cannot read is told as %v", err)
		}
		if got := there.House.Now().Session.Idle; got != known {
			t.Errorf("meanwhile it goes by %s", got)
		}
	}
	mustExec(t, db, "ALTER TABLE lost RENAME TO settings")
	there.Settle()
	if got := there.House.Now().Session.Idle; got != 5*time.Hour {
		t.Errorf("afterwards it goes by %s", got)
	}
}
