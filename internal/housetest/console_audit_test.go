package housetest

import (
	"bufio"
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/access"
	"gatehouse/admin"
	"gatehouse/internal/gatetest"
)

// What was recorded is found by its filters, shown with what it changed, proved, verified and taken
// along, by whoever may.
func TestTheConsoleShowsWhatWasRecorded(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	ada, eve, clerk := s.Person("ada", gatetest.TOTP, gatetest.Administrator), s.Person("eve", gatetest.NoPassword), s.Person("clerk", gatetest.TOTP)
	b := atConsole(t, s.Gate, ada)
	b.Get("/console/users/"+string(eve.ID)+"/edit").Submit("name", "Eve of Old").Is(http.StatusOK)
	b.Get("/console/audit").Is(http.StatusOK).Says("user.update").Says(ada.Email).Says(eve.Email).Says("gatehouse audit list").Says("NDJSON")
	found := b.Get("/console/audit?action=user.update&outcome=done&last=hour&actor=" + url.QueryEscape(ada.Email) + "&resource=" + url.QueryEscape(eve.Email)).Is(http.StatusOK)
	if n := strings.Count(found.Body, `data-testid="row"`); n != 1 {
		t.Fatalf("%d events are found", n)
	}
	for _, query := range []string{"action=nothing.known", "actor=odd", "ip=odd", "since=odd", "resource=nobody@example.test", "since=2026-01-02T00:00&until=2026-01-01T00:00"} {
		b.Get("/console/audit?" + query).Is(http.StatusUnprocessableEntity).Says("-problem")
	}
	b.Get("/console/audit?action=user").Is(http.StatusOK).Says("user.update")
	for query, says := range map[string]string{"action=nothing": "such as user.create", "reason=No+idea": "such as wrong", "actor=bob": "a whole address", "resource=editor": "such as role:editor"} {
		isWithout(t, b.Get("/console/audit?"+query).Is(http.StatusUnprocessableEntity).Says(says), "pattern")
	}
	_, rest, _ := strings.Cut(found.Body, `href="/console/audit/evt_`)
	name, _, _ := strings.Cut(rest, `"`)
	event := "/console/audit/evt_" + name
	b.Get(event).Is(http.StatusOK).Says("Eve of Old").Says("user.update").Says(event + "/proof")
	b.Get(event + "/proof").Is(http.StatusOK).Says("checkpoint").Says("gatehouse audit prove")
	b.Get("/console/audit/evt_none").Is(http.StatusNotFound).Says(`id="nav"`)
	b.Get("/console/audit/verification").Is(http.StatusOK).Says("gatehouse audit verify").Press("", "submit").Is(http.StatusOK).Says("The log is looked at")
	must(t, s.House.Verifications.Step(t.Context(), time.Now()))
	b.Get("/console/audit/verification").Is(http.StatusOK).Says("As recorded")

	file := b.Get("/console/audit/export?format=csv&action=user.update").Is(http.StatusOK)
	if kind, as := file.Header.Get("Content-Type"), file.Header.Get("Content-Disposition"); kind != "text/csv" || !strings.Contains(as, "audit.csv") || strings.Count(file.Body, "user.update") != 1 {
		t.Errorf("the export is %q, %q: %s", kind, as, file.Body)
	}
	if lines := b.Get("/console/audit/export?action=user.update").Is(http.StatusOK); strings.Count(lines.Body, `"action":"user.update"`) != 1 {
		t.Errorf("the export is %s", lines.Body)
	}
	b.Get("/console/audit/export?action=nothing.known").Is(http.StatusUnprocessableEntity)

	s.role(clerk, "clerk", func(one string) bool { return one == "audit:read" })
	c := atConsole(t, s.Gate, clerk)
	if list := c.Get("/console/audit").Is(http.StatusOK); strings.Contains(list.Body, "/console/audit/export") || strings.Contains(list.Body, "/console/audit/verification") || strings.Contains(list.Body, ada.Email) {
		t.Error("who may read the log alone is offered more, or told names")
	}
	c.Get("/console/audit/export").Is(http.StatusForbidden).Says("gatehouse/audit:export")
	c.Get("/console/audit/verification").Is(http.StatusForbidden).Says("gatehouse/audit:verify")
}

// Whoever kept a checkpoint has it proved that the log still begins with it; whoever was deleted is
// taken out of the log once their id was typed, and nobody else is.
func TestTheConsoleProvesAndErases(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	ada, eve, clerk := s.Person("ada", gatetest.TOTP, gatetest.Administrator), s.Person("eve", gatetest.NoPassword), s.Person("clerk", gatetest.TOTP)
	b := atConsole(t, s.Gate, ada)
	must(t, s.House.Sealer.Seal(t.Context(), time.Now()))
	b.Get("/console/audit").Is(http.StatusOK).Says("/console/audit/checkpoints").Says("/console/audit/erase")
	heads := b.Get("/console/audit/checkpoints").Is(http.StatusOK)
	of := regexp.MustCompile(`/console/audit/consistency\?size=(\d+)`).FindStringSubmatch(heads.Body)
	if of == nil {
		t.Fatalf("no checkpoint is listed:\n%s", heads.Body)
	}
	b.Get(of[0]).Is(http.StatusOK).Says("checkpoint").Says("gatehouse audit prove --since " + of[1])
	b.Get("/console/audit/consistency").Is(http.StatusOK)
	for _, size := range []string{"x", "0", "-1", "99999999", "../1"} {
		if page := b.Get("/console/audit/consistency?size=" + url.QueryEscape(size)); page.Status < 400 || page.Status > 499 {
			t.Errorf("the proof of %q entries: %d", size, page.Status)
		}
	}
	b.Get("/console/audit/checkpoints?cursor=odd").Is(http.StatusOK).At("/console/audit/checkpoints")

	const page = "/console/audit/erase"
	b.Get(page).Is(http.StatusOK).Says("Id of the person")
	ask := func(user string) *gatetest.Page { return b.Get(page + "?user=" + url.QueryEscape(user)) }
	ask(string(eve.ID)).Is(http.StatusOK).Says("gatehouse audit erase "+string(eve.ID)).Submit("confirm", string(eve.ID)).Is(http.StatusConflict) // they are there
	must(t, s.House.Identity.Delete(t.Context(), gatetest.Console, eve.ID))
	ask(string(eve.ID)).Submit("confirm", eve.Email).Is(http.StatusUnprocessableEntity).Says("confirm-problem")
	form := ask(string(eve.ID))
	form.Submit("confirm", string(eve.ID)).Is(http.StatusOK).Says("any more but the id")
	form.Submit("confirm", string(eve.ID)).Is(http.StatusOK).Says("Nothing of them was left in the log.")
	isWithout(t, b.Get("/console/audit?resource=user:"+string(eve.ID)).Is(http.StatusOK), eve.Email)
	ask("usr_none").Submit("confirm", "usr_none").Is(http.StatusNotFound)

	s.role(clerk, "clerk", func(one string) bool { return one == "audit:read" })
	c := atConsole(t, s.Gate, clerk)
	list := c.Get("/console/audit").Is(http.StatusOK)
	isWithout(t, list, page)
	isWithout(t, list, "/console/audit/checkpoints")
	c.Get("/console/audit/checkpoints").Is(http.StatusForbidden).Says("gatehouse/audit:verify")
	c.Get("/console/audit/consistency?size=1").Is(http.StatusForbidden).Says("gatehouse/audit:verify")
	c.Get(page).Is(http.StatusForbidden).Says("gatehouse/audit:erase")
}

// The tail begins behind what the page showed, sends what happens, and begins there again.
func TestTheConsoleTellsWhatHappensAsItHappens(t *testing.T) {
	t.Parallel()
	synctest.Test(t, tellsWhatHappens)
}

func tellsWhatHappens(t *testing.T) {
	s := newSteering(t)
	eve := s.Person("eve", gatetest.NoPassword)
	b := atConsole(t, s.Gate, s.Person("ada", gatetest.TOTP, gatetest.Administrator))
	page := b.Get("/console/audit/live?action=user.").Is(http.StatusOK)
	_, rest, _ := strings.Cut(page.Body, `data-live="`)
	from, _, _ := strings.Cut(rest, `"`)
	from = strings.ReplaceAll(from, "&amp;", "&")
	if !strings.HasPrefix(from, "/console/audit/tail?") || !strings.Contains(from, "after=evt_") {
		t.Fatalf("the tail is at %q", from)
	}
	time.Sleep(time.Second) // events of one moment are in no order
	must(t, s.House.Identity.Disable(t.Context(), gatetest.Console, eve.ID))
	told := b.Get(from).Is(http.StatusOK)
	if kind := told.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Errorf("the tail is %s", kind)
	}
	events, last := 0, ""
	for lines := bufio.NewScanner(strings.NewReader(told.Body)); lines.Scan(); {
		if id, ok := strings.CutPrefix(lines.Text(), "id: "); ok {
			events, last = events+1, id
		}
	}
	if events != 1 || !strings.Contains(told.Body, "data: <li>") || !strings.Contains(told.Body, "user.disable") || last == "" {
		t.Errorf("%d events are told: %s", events, told.Body)
	}
	stranger := s.Browser().Get(from)
	if stranger.URL.Path != "/signin" {
		t.Errorf("a stranger is at %s", stranger.URL)
	}
}

// ways in which whoever reads the log may not read it any more.
var ways = map[string]func(s *steering, p *gatetest.Person, given access.GrantRecord) error{
	"the right ends": func(s *steering, _ *gatetest.Person, given access.GrantRecord) error {
		_, err := s.House.Access.Revoke(context.Background(), gatetest.Console, given.ID, "test")
		return err
	},
	"they are disabled": func(s *steering, p *gatetest.Person, _ access.GrantRecord) error {
		return s.House.Identity.Disable(context.Background(), gatetest.Console, p.ID)
	},
	"they are signed out": func(s *steering, p *gatetest.Person, _ access.GrantRecord) error {
		_, err := s.House.Sessions.EndAll(context.Background(), gatetest.Console, p.ID, "", "test")
		return err
	},
}

// eachWay runs a test for each, in which eve audits until end is called.
func eachWay(t *testing.T, test func(t *testing.T, s *steering, b *gatetest.Browser, end func())) {
	t.Helper()
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newSteering(t)
				eve := s.Person("eve", gatetest.TOTP)
				given, err := s.House.Access.Give(t.Context(), gatetest.Console, access.Grant{
					Subject: access.Subject{Kind: access.User, ID: string(eve.ID)}, Effect: access.Allow, Role: access.Auditor, Where: access.Where{Place: access.Everywhere}, Reason: "test",
				})
				must(t, err)
				s.Settle()
				test(t, s, atConsole(t, s.Gate, eve), func() {
					if err := way(s, eve, given); err != nil {
						t.Error(err)
					}
					s.Settle()
				})
			})
		})
	}
}

// The tail ends within a second of what its reader rests on.
func TestTheTailEndsWithWhatItsReaderRestsOn(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, _ *steering, b *gatetest.Browser, end func()) {
		begun, after := time.Now(), 2100*time.Millisecond
		go func() {
			time.Sleep(after)
			end()
		}()
		b.Get("/console/audit/tail?action=client.").Is(http.StatusOK)
		if took := time.Since(begun); took < after || took > after+time.Second {
			t.Errorf("the tail ends after %s", took)
		}
	})
}

// Whoever takes the log along, and may not any more, takes no more of it than what is under way.
func TestAnExportEndsWithWhatItsReaderRestsOn(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, s *steering, b *gatetest.Browser, end func()) {
		s.fillTrail(1000, 1000)
		whole := len(b.Get("/console/audit/export").Is(http.StatusOK).Body)
		w := &slow{header: http.Header{}, then: end}
		var cut any
		func() {
			defer func() { cut = recover() }()
			must(t, s.Server.API().Send(t.Context(), s.atDoor(t, b), w, s.asking(t), "exportAuditEvents", admin.Input{}))
		}()
		if cut != http.ErrAbortHandler || w.writes < 3 || w.writes > 6 || w.sent >= whole {
			t.Errorf("the export is cut by %v after %d writes, with %d bytes of %d", cut, w.writes, w.sent, whole)
		}
	})
}

// slow takes half a second for each write, and calls then at the third.
type slow struct {
	header       http.Header
	then         func()
	writes, sent int
}

func (w *slow) Header() http.Header { return w.header }
func (w *slow) WriteHeader(int)     {}

func (w *slow) Write(b []byte) (int, error) {
	if w.writes++; w.writes == 3 {
		w.then()
	}
	time.Sleep(500 * time.Millisecond)
	w.sent += len(b)
	return len(b), nil
}
