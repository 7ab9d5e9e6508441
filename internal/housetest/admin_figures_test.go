package housetest

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"gatehouse/config"
)

// Sign-ins are counted once each, by their day and methods, however often and by however
// many processes; nobody who signs in waits for it.
func TestFiguresCountEachSignInOnce(t *testing.T) {
	t.Parallel()
	g := newScene(t)
	s := &steering{Gate: g.Gate, t: t}
	s.boss = s.account("boss", func(string) bool { return true })
	g.tokens("scope", "openid")
	g.Browser().Get("/signin?return_to=/account").Submit("email", g.ada.Email, "password", "a wrong one")
	ctx := context.Background()
	must(t, s.House.Sealer.Seal(ctx, time.Now()))
	tallier := s.House.Tallier()
	for range 3 {
		must(t, tallier.Step(ctx, time.Now()))
	}
	_, err := s.House.Store.CountWhatIs(ctx, time.Now())
	must(t, err)
	a := s.call(s.boss, http.MethodGet, "/api/v1/statistics", nil)
	events := column(t, underneath(t, s.Gate), "SELECT COUNT(*) FROM audit_events WHERE action = 'signin.complete'")
	days, _ := a.JSON["days"].([]any)
	if a.Status != http.StatusOK || len(days) != 1 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	day := days[0].(map[string]any)
	methods, _ := day["sign_ins_by_method"].(map[string]any)
	present, _ := day["present"].(map[string]any)
	if day["sign_ins"] != 1.0 || events[0] != "1" || methods["pwd"] != 1.0 || day["refused_sign_ins"] != 1.0 || present["people"] != 1.0 || present["sessions"] != 1.0 {
		t.Errorf("after one sign-in and one refusal: %s", a.Body)
	}
	for query, want := range map[string]int{"?days=1": 1, "?since=2001-01-01": 0, "?since=2001-01-01&days=92": 0} {
		a := s.call(s.boss, http.MethodGet, "/api/v1/statistics"+query, nil)
		if days, _ := a.JSON["days"].([]any); a.Status != http.StatusOK || len(days) != want {
			t.Errorf("%s: %d %s", query, a.Status, a.Body)
		}
	}
	for _, query := range []string{"?days=93", "?days=0", "?since=today", "?since=1969-12-31"} {
		if a := s.call(s.boss, http.MethodGet, "/api/v1/statistics"+query, nil); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", query, a.Status, a.Body)
		}
	}
}

// Health says what readiness says, and how far the seal is.
func TestHealthIsToldOverTheAPI(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	a := s.call(s.boss, http.MethodGet, "/api/v1/health", nil)
	seal, _ := a.JSON["seal"].(map[string]any)
	checks, _ := a.JSON["checks"].(map[string]any)
	if a.Status != http.StatusOK || a.Text("status") != "ready" || a.Text("database") != "sqlite" || checks["store"] != "ok" || seal == nil {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	waiting := time.Now().Add(-time.Hour)
	for _, trigger := range column(t, underneath(t, s.Gate), "SELECT name FROM sqlite_master WHERE type = 'trigger'") {
		mustExec(t, underneath(t, s.Gate), "DROP TRIGGER "+trigger)
	}
	mustExec(t, underneath(t, s.Gate), "INSERT INTO audit_unsealed (event, at, leaf, mac) VALUES ('evt_forged', "+fmt.Sprint(waiting.UnixMicro())+", zeroblob(32), x'00')")
	b := s.call(s.boss, http.MethodGet, "/api/v1/health", nil)
	if doubts, _ := b.JSON["doubts"].(map[string]any); b.Text("status") != "ready" || doubts["seal"] == nil {
		t.Errorf("with an event that waits for an hour: %s", b.Body)
	}
}

// Settings are told with where they come from, and never with a secret.
func TestSettingsAreToldWithoutSecrets(t *testing.T) {
	t.Parallel()
	s := newSteering(t, func(c *config.Config) { c.Brand.Name = "Canary House" })
	a := s.call(s.boss, http.MethodGet, "/api/v1/settings?limit=200", nil)
	if a.Status != http.StatusOK || !strings.Contains(string(a.Body), `"path":"brand.name","value":"Canary House"`) {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	auditor := s.account("reader", func(p string) bool { return p == "settings:read" })
	s.Settle()
	if a := s.call(auditor, http.MethodGet, "/api/v1/settings?limit=1", nil); a.Status != http.StatusOK || a.Text("next") == "" {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}
