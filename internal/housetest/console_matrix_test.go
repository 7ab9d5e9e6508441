package housetest

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/access"
	"gatehouse/admin"
	"gatehouse/caller"
	"gatehouse/fault"
	"gatehouse/internal/gatetest"
	"gatehouse/ui/console/guard"
)

// atDoor is who comes with the cookie that a browser has of the console, as the console
// hands them to the API.
func (s *steering) atDoor(t *testing.T, b *gatetest.Browser) *caller.Caller {
	t.Helper()
	token := ""
	for _, c := range b.Cookies() {
		if c.Name == "__Host-gatehouse_console" {
			token = c.Value
		}
	}
	desk := &caller.Desk{Policy: s.House.Policy, Browsers: s.House.Gates}
	who, err := desk.Browser(s.asking(t), token, guard.Host)
	must(t, err)
	return who
}

func (s *steering) asking(t *testing.T) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.issuer+"/console", http.NoBody)
	must(t, err)
	r.RemoteAddr = "192.0.2.1:40000"
	return r
}

// inside asks for an operation in this process, on things that there are.
func (s *steering) inside(t *testing.T, who *caller.Caller, rt *admin.Route, there map[string]string) error {
	t.Helper()
	in := admin.Input{Path: map[string]string{}}
	for _, part := range strings.Split(rt.Path, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			name = strings.TrimSuffix(name, "}")
			in.Path[name] = there[name]
		}
	}
	_, err := s.Server.API().AskAny(t.Context(), who, s.asking(t), rt.ID, in)
	return err
}

// C12, C16: for every operation of the API's table, the entrance of the console refuses whoever
// lacks just its permission, as the API does, names that permission, and changes nothing.
func TestTheConsoleRefusesWhatTheAPIRefuses(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	there := s.targets()
	callers := map[string]*caller.Caller{}
	for _, rt := range admin.Table() {
		if callers[rt.Permission] != nil {
			continue
		}
		name := "no-" + strings.ReplaceAll(rt.Permission, ":", "-")
		p := s.Person(name, gatetest.TOTP)
		s.role(p, name, func(one string) bool { return one != rt.Permission })
		callers[rt.Permission] = s.atDoor(t, atConsole(t, s.Gate, p))
	}
	s.House.Refusals.Take = func(context.Context, string) time.Duration { return 0 } // of one address there are not so many
	db := underneath(t, s.Gate)
	before := besideTheTrail(t, db)
	for _, rt := range admin.Table() {
		err := s.inside(t, callers[rt.Permission], rt, there)
		no, ok := errors.AsType[*caller.Refusal](err)
		if !ok || no.Fault.Kind != fault.Forbidden || no.Permission != "gatehouse/"+rt.Permission {
			t.Errorf("%s without %s: %v", rt.ID, rt.Permission, err)
		}
	}
	if rows := differing(before, besideTheTrail(t, db)); len(rows) > 0 {
		t.Errorf("refused operations changed:\n%s", strings.Join(rows, "\n"))
	}
}

// What is dangerous takes a proof of the last ten minutes from a person in a browser, and
// nothing else does.
func TestEveryDangerousOperationTakesAFreshProofOfABrowser(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSteering(t)
		there := s.targets()
		p := s.Person("ada", gatetest.TOTP, gatetest.Administrator)
		b := atConsole(t, s.Gate, p)
		time.Sleep(admin.SudoFor + time.Minute)
		who := s.atDoor(t, b)
		dangerous := 0
		for _, rt := range admin.Table() {
			if rt.Sudo {
				dangerous++
			} else if !rt.Changes() {
				continue
			}
			err := s.inside(t, who, rt, there)
			no, ok := errors.AsType[*caller.Refusal](err)
			if asks := ok && no.Need == (access.Requirement{MaxAge: admin.SudoFor}); asks != rt.Sudo {
				t.Errorf("%s is dangerous: %t, and answers %v", rt.ID, rt.Sudo, err)
			}
		}
		if dangerous < 20 {
			t.Errorf("%d operations are dangerous", dangerous)
		}
	})
}

// No page of the console changes anything by being opened.
func TestNoPageOfTheConsoleChangesAnythingByBeingOpened(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	there := s.targets()
	b := atConsole(t, s.Gate, s.Person("ada", gatetest.TOTP, gatetest.Administrator))
	b.Get("/console")
	db := underneath(t, s.Gate)
	before := besideTheTrail(t, db)
	opened := 0
	for _, pattern := range s.Server.Patterns() {
		path, get := strings.CutPrefix(pattern, "GET ")
		if !get || !strings.HasPrefix(path, guard.Root) || path == guard.PathSignIn || path == "/console/callback" || strings.HasSuffix(path, "/") || strings.HasSuffix(path, "/trial/answer") { // these are answers of the protocol
			continue
		}
		opened++
		for name, value := range there {
			path = strings.ReplaceAll(path, "{"+name+"}", value)
		}
		if path == "/console/audit/tail" { // it lasts, and is looked at by its own test
			continue
		}
		page := b.Get(path + "?confirmed=yes&user=" + there["user"] + "&done=delete&email=x@example.test")
		if page.Status != http.StatusOK && !strings.HasSuffix(path, "/logo") { // it has none
			t.Errorf("%s: status %d", path, page.Status)
		}
	}
	if rows := differing(before, besideTheTrail(t, db)); len(rows) > 0 || opened < 10 {
		t.Errorf("%d pages that were opened changed:\n%s", opened, strings.Join(rows, "\n"))
	}
}
