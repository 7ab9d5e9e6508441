package housetest

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/internal/gatetest"
)

// Who gave whom what, when, and what was it before: one request.
func TestTheTrailOfOneObjectIsOneRequest(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	ctx, a := context.Background(), s.House.Access
	ada := s.Person("ada", gatetest.NoPassword)
	g, err := a.Give(ctx, gatetest.Console, access.Grant{
		Subject: access.Subject{Kind: access.User, ID: string(ada.ID)}, Effect: access.Allow, Role: access.Helpdesk, Where: access.Where{Place: access.Everywhere}, Reason: "test",
	})
	must(t, err)
	_, err = a.Revoke(ctx, gatetest.Console, g.ID, "over")
	must(t, err)
	start := time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)
	for query, want := range map[string]string{
		"resource=grant:" + string(g.ID):                                     "grant.revoke grant.create",
		"resource=grant:" + string(g.ID) + "&action=grant.create":            "grant.create",
		"resource=grant:" + string(g.ID) + "&action=grant.":                  "grant.revoke grant.create",
		"resource=grant:" + string(g.ID) + "&actor=console":                  "grant.revoke grant.create",
		"resource=grant:" + string(g.ID) + "&actor=service:boss":             "",
		"resource=grant:" + string(g.ID) + "&outcome=refused":                "",
		"resource=grant:" + string(g.ID) + "&since=" + start:                 "grant.revoke grant.create",
		"resource=grant:" + string(g.ID) + "&until=" + start:                 "",
		"resource=grant:" + string(g.ID) + "&ip=192.0.2.99":                  "",
		"resource=grant:" + string(g.ID) + "&client=none":                    "422",
		"resource=grant:gra_none":                                            "422",
		"resource=user:" + string(ada.ID) + "&action=user.create":            "user.create",
		"resource=user:" + string(ada.ID) + "&limit=1&action=grant.":         "grant.revoke",
		"actor=console&action=grant.revoke&resource=grant:" + string(g.ID):   "grant.revoke",
		"resource=grant:" + string(g.ID) + "&action=grant.&outcome=done":     "grant.revoke grant.create",
		"resource=grant:" + string(g.ID) + "&fields=action&action=grant.end": "422",
	} {
		x := s.call(s.boss, http.MethodGet, "/api/v1/audit?"+query, nil)
		if got := actionsOf(x); x.Status != http.StatusOK && fmt.Sprint(x.Status) != want || x.Status == http.StatusOK && got != want {
			t.Errorf("%s: %d %s, want %s", query, x.Status, x.Body, want)
		}
	}
	x := s.call(s.boss, http.MethodGet, "/api/v1/audit?resource=grant:"+string(g.ID)+"&limit=1", nil)
	if !strings.Contains(string(x.Body), `"before":{`) || !strings.Contains(string(x.Body), `"role":"gatehouse/helpdesk"`) {
		t.Errorf("what it was before is not told: %s", x.Body)
	}
	next := s.call(s.boss, http.MethodGet, "/api/v1/audit?resource=grant:"+string(g.ID)+"&limit=1&cursor="+x.Text("next"), nil)
	if actionsOf(next) != "grant.create" || next.Text("next") != "" {
		t.Errorf("the next page is %d %s", next.Status, next.Body)
	}
	for _, query := range []string{"resource=grant", "resource=:x", "actor=somebody", "actor=person:", "action=users", "action=nothing.at", "outcome=maybe", "since=yesterday", "until=1969-01-01T00:00:00Z", "ip=x", "cursor=x", "target=grant:x"} {
		if x := s.call(s.boss, http.MethodGet, "/api/v1/audit?"+query, nil); x.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", query, x.Status, x.Body)
		}
	}
}

// An address is found in each of its spellings, by which it is one and the same.
func TestTheTrailOfAnAddressIsFoundInEachSpelling(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	if a := s.call(s.boss, http.MethodPost, "/api/v1/groups", map[string]any{"id": "desk"}); a.Status != http.StatusCreated {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	from := eventsOf(t, s.Gate, access.ActionGroupCreate)[0].Actor.IP
	for _, ip := range []string{from, "::ffff:" + from, "::FFFF:" + from} {
		if a := s.call(s.boss, http.MethodGet, "/api/v1/audit?action=group.create&ip="+ip, nil); actionsOf(a) != "group.create" {
			t.Errorf("from %s: %d %s", ip, a.Status, a.Body)
		}
	}
	if a := s.call(s.boss, http.MethodGet, "/api/v1/audit?action=group.create&ip=192.0.2.99", nil); a.Status != http.StatusOK || actionsOf(a) != "" {
		t.Errorf("from elsewhere: %d %s", a.Status, a.Body)
	}
}

// An answer has so many bytes and no more: who asks for more than that is told so, and has it
// in smaller pages, or without what is large in it.
func TestAnAnswerHasABoundedSize(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	s.fillTrail(100, 50_000)
	const path = "/api/v1/audit?action=client.update"
	if a := s.call(s.boss, http.MethodGet, path+"&limit=100", nil); a.Status != http.StatusUnprocessableEntity || problem(a) != "answer.too_large" {
		t.Errorf("all of it: %d, %d bytes, %.200s", a.Status, len(a.Body), a.Body)
	}
	for _, query := range []string{"&limit=50", "&limit=100&fields=id"} {
		if a := s.call(s.boss, http.MethodGet, path+query, nil); a.Status != http.StatusOK {
			t.Errorf("%s: %d %.200s", query, a.Status, a.Body)
		}
	}
}

func actionsOf(a gatetest.Answer) string {
	var all []string
	items, _ := a.JSON["items"].([]any)
	for _, one := range items {
		all = append(all, fmt.Sprint(one.(map[string]any)["action"]))
	}
	return strings.Join(all, " ")
}

// An export is the list as a whole, in both forms, and nothing in it is a formula.
func TestAnExportIsTheListAsAWhole(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	const formula = "=cmd|' /C calc'!A0"
	for i := range 700 { // more than a page of the store
		must(t, s.House.Audit.Record(context.Background(), audit.Event{
			Actor: audit.Actor{Kind: audit.Client, ID: fmt.Sprintf("app-%d", i), Agent: formula}, Action: "client.update", Target: audit.OfClient("web"),
		}))
	}
	lines := s.call(s.boss, http.MethodGet, "/api/v1/audit/export?resource=client:web", nil)
	decoder, n := json.NewDecoder(bytes.NewReader(lines.Body)), 0
	for ; ; n++ {
		var e struct {
			Actor struct{ ID string } `json:"actor"`
			Agent string              `json:"user_agent"`
		}
		if err := decoder.Decode(&e); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("app-%d", 699-n); e.Actor.ID != want || e.Agent != formula {
			t.Fatalf("line %d is %+v, want one of %s", n, e, want)
		}
	}
	if lines.Status != http.StatusOK || n != 700 || lines.Header.Get("Content-Type") != "application/x-ndjson" || lines.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("the lines: %d %v, %d events", lines.Status, lines.Header, n)
	}
	table := s.call(s.boss, http.MethodGet, "/api/v1/audit/export?format=csv&resource=client:web", nil, "Accept-Encoding", "gzip")
	z, err := gzip.NewReader(bytes.NewReader(table.Body))
	must(t, err)
	rows, err := csv.NewReader(z).ReadAll()
	must(t, err)
	if table.Header.Get("Content-Type") != "text/csv" || len(rows) != 701 {
		t.Errorf("the table: %v, %d rows", table.Header, len(rows))
	}
	for _, row := range rows {
		for _, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				t.Fatalf("a cell is %q", cell)
			}
		}
	}
	if a := s.call(s.boss, http.MethodGet, "/api/v1/audit/export?format=xml", nil); a.Status != http.StatusUnprocessableEntity || a.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("another format: %d %v", a.Status, a.Header)
	}
	if a := s.call(s.boss, http.MethodPost, "/api/v1/audit/export", nil); a.Status != http.StatusMethodNotAllowed {
		t.Errorf("another method: %d %s", a.Status, a.Body)
	}
}

// fillTrail records events of so many bytes: more than what lies between two programs.
func (s *steering) fillTrail(events, size int) {
	s.t.Helper()
	text := strings.Repeat("x", size)
	for range events {
		must(s.t, s.House.Audit.Record(context.Background(), audit.Event{
			Actor: gatetest.Console, Action: "client.update", Target: audit.OfClient("web"), After: audit.Doc(map[string]any{"text": text}),
		}))
	}
}

// An export that could not go on is cut off, so that nobody takes a part for the whole; one
// that could not begin is refused like everything else.
func TestAnExportThatFailsIsNoWhole(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	s.fillTrail(1000, 30<<10)
	server := httptest.NewServer(s.Server.Handler())
	t.Cleanup(server.Close)
	at, err := url.Parse(server.URL)
	must(t, err)
	r, err := http.NewRequest(http.MethodGet, gatetest.Issuer+"/api/v1/audit/export", nil)
	must(t, err)
	r.URL.Scheme, r.URL.Host = at.Scheme, at.Host
	r.Header.Set("Authorization", "Bearer "+s.boss)
	r.Header.Set("Accept-Encoding", "identity") // packed, there is little of it
	answer, err := server.Client().Do(r)
	must(t, err)
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("it began with %d", answer.StatusCode)
	}
	_, err = io.ReadFull(answer.Body, make([]byte, 10<<10))
	must(t, err)
	mustExec(t, underneath(t, s.Gate), "ALTER TABLE audit_details RENAME TO audit_details_away")
	t.Cleanup(func() { mustExec(t, underneath(t, s.Gate), "ALTER TABLE audit_details_away RENAME TO audit_details") })
	if rest, err := io.ReadAll(answer.Body); err == nil {
		t.Errorf("it ended well after %d bytes more", len(rest))
	}
}

// So many long answers are under way, and no more.
func TestFewLongRequestsAreAnsweredAtOnce(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	s.fillTrail(1000, 30<<10)
	server := httptest.NewServer(s.Server.Handler())
	t.Cleanup(server.Close)
	ask := func(credential string) *http.Response {
		t.Helper()
		r, err := http.NewRequest(http.MethodGet, server.URL+"/api/v1/audit/export", nil)
		must(t, err)
		r.Header.Set("Authorization", "Bearer "+credential)
		r.Header.Set("Accept-Encoding", "identity") // packed, there is little of it
		answer, err := server.Client().Do(r)
		must(t, err)
		return answer
	}
	one, two := s.account("one", func(string) bool { return true }), s.account("two", func(string) bool { return true })
	s.Settle()
	var open []*http.Response
	for _, c := range []struct {
		who  string
		busy int // of three
	}{{s.boss, 1}, {one, 1}, {two, 3}} {
		busy := 0
		for range 3 {
			a := ask(c.who) // nobody reads it: it goes on
			open = append(open, a)
			if a.StatusCode == http.StatusTooManyRequests && a.Header.Get("Retry-After") != "" {
				busy++
			}
		}
		if busy != c.busy {
			t.Errorf("of three requests of one caller %d were told to wait, want %d", busy, c.busy)
		}
	}
	for _, a := range open {
		_ = a.Body.Close()
	}
	for range 100 { // the others end once nobody is there
		a := ask(s.boss)
		_ = a.Body.Close()
		if a.StatusCode == http.StatusOK {
			return
		}
	}
	t.Error("none is answered any more")
}

// What looks at a whole file, or at the whole house, takes one of the turns of long requests; a repeat of
// what was done is answered without one.
func TestWhatReadsMuchTakesATurn(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	s.fillTrail(1000, 30<<10)
	server := httptest.NewServer(s.Server.Handler())
	t.Cleanup(server.Close)
	file := map[string]any{"content": "email\nnew@example.test\n", "dry_run": true}
	set := map[string]any{"set": "ci", "objects": []map[string]any{object("Group", "crowd", map[string]any{})}}
	first := s.call(s.boss, http.MethodPost, "/api/v1/imports", file, "Idempotency-Key", "import")
	if first.Status != http.StatusCreated {
		t.Fatalf("%d %s", first.Status, first.Body)
	}
	if a := s.call(s.boss, http.MethodPost, "/api/v1/apply", set, "Idempotency-Key", "apply"); a.Status != http.StatusOK {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	for range 2 {
		r, err := http.NewRequest(http.MethodGet, server.URL+"/api/v1/audit/export", nil)
		must(t, err)
		r.Header.Set("Authorization", "Bearer "+s.boss)
		r.Header.Set("Accept-Encoding", "identity")
		a, err := server.Client().Do(r)
		must(t, err)
		t.Cleanup(func() { _ = a.Body.Close() })
	}
	for what, a := range map[string]gatetest.Answer{
		"a file of people": s.call(s.boss, http.MethodPost, "/api/v1/imports", file, "Idempotency-Key", "other"),
		"the export":       s.call(s.boss, http.MethodGet, "/api/v1/export", nil),
		"a set":            s.call(s.boss, http.MethodPost, "/api/v1/apply", set, "Idempotency-Key", "another"),
		"everybody's end":  s.call(s.boss, http.MethodPost, "/api/v1/sessions/end", map[string]any{"of": "everybody"}),
		"whom it made":     s.call(s.boss, http.MethodGet, "/api/v1/users?import="+string(importOf(first.Header.Get("Location"))), nil),
	} {
		if a.Status != http.StatusTooManyRequests || problem(a) != "request.busy" {
			t.Errorf("%s, beside two long requests: %d %.200s", what, a.Status, a.Body)
		}
	}
	if a := s.call(s.boss, http.MethodPost, "/api/v1/imports", file, "Idempotency-Key", "import"); a.Status != http.StatusCreated || string(a.Body) != string(first.Body) {
		t.Errorf("the repeat of a file: %d %s", a.Status, a.Body)
	}
	if a := s.call(s.boss, http.MethodPost, "/api/v1/apply", set, "Idempotency-Key", "apply"); problem(a) != "idempotency.secret" {
		t.Errorf("the repeat of a set: %d %s", a.Status, a.Body)
	}
}

// The seal is looked at and proved over the API as it is by the commands.
func TestTheAuditLogIsVerifiedAndProvedOverTheAPI(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	event := newestOf(s.call(s.boss, http.MethodGet, "/api/v1/audit?limit=1", nil))
	verified := s.call(s.boss, http.MethodGet, "/api/v1/audit/verification", nil)
	if good, _ := verified.JSON["good"].(bool); verified.Status != http.StatusOK || !good || verified.Text("key") == "" || !strings.Contains(string(verified.Body), "audit.checkpoint_file is not set") {
		t.Fatalf("%d %s", verified.Status, verified.Body)
	}
	proof := s.call(s.boss, http.MethodGet, "/api/v1/audit/"+event+"/proof?details=true", nil)
	if proof.Status != http.StatusOK || proof.Text("key") != verified.Text("key") || !strings.Contains(proof.Text("entry"), event) || proof.JSON["documents"] == nil {
		t.Errorf("%d %s", proof.Status, proof.Body)
	}
	if bare := s.call(s.boss, http.MethodGet, "/api/v1/audit/"+event+"/proof", nil); bare.Status != http.StatusOK || bare.JSON["documents"] != nil {
		t.Errorf("without details: %d %s", bare.Status, bare.Body)
	}
	if none := s.call(s.boss, http.MethodGet, "/api/v1/audit/evt_none/proof", nil); none.Status != http.StatusNotFound || problem(none) != "audit.not_sealed" {
		t.Errorf("of nothing: %d %s", none.Status, none.Body)
	}
	heads := s.call(s.boss, http.MethodGet, "/api/v1/audit/checkpoints", nil)
	if items, _ := heads.JSON["items"].([]any); len(items) == 0 || !strings.Contains(string(heads.Body), "audit/") {
		t.Errorf("%d %s", heads.Status, heads.Body)
	}
	if same := s.call(s.boss, http.MethodGet, "/api/v1/audit/checkpoints/2/consistency", nil); same.Status != http.StatusOK || same.JSON["from"] != 2.0 {
		t.Errorf("%d %s", same.Status, same.Body)
	}
	if much := s.call(s.boss, http.MethodGet, "/api/v1/audit/checkpoints/2000000/consistency", nil); much.Status != http.StatusUnprocessableEntity || problem(much) != "audit.size" {
		t.Errorf("%d %s", much.Status, much.Body)
	}
	db := underneath(t, s.Gate)
	mustExec(t, db, "DROP TRIGGER IF EXISTS audit_events_no_update")
	for _, name := range column(t, db, "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_events'") {
		mustExec(t, db, "DROP TRIGGER "+name)
	}
	mustExec(t, db, "UPDATE audit_events SET reason = 'other' WHERE id = '"+event+"'")
	if bad := s.call(s.boss, http.MethodGet, "/api/v1/audit/verification", nil); bad.Status != http.StatusOK || bad.JSON["good"] != false || !strings.Contains(string(bad.Body), event) {
		t.Errorf("after a change: %d %s", bad.Status, bad.Body)
	}
}

// newestOf is the id of the newest event of a list.
func newestOf(a gatetest.Answer) string {
	items, _ := a.JSON["items"].([]any)
	if len(items) == 0 {
		return ""
	}
	return fmt.Sprint(items[0].(map[string]any)["id"])
}
