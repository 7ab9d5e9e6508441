package housetest

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/internal/gatetest"
)

const pathVerify = "/console/audit/verification"

// verifies does the verification that runs, by another look than the house's.
func (s *steering) verifies(look audit.Looker) error {
	over := *s.House.Verifications
	over.Look = look
	return over.Step(s.t.Context(), time.Now())
}

// The log is looked at in the background, once at a time: whoever began it leaves the page and comes back,
// to whichever replica, and what was found is kept.
func TestAVerificationIsKeptWithHowFarItIs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // in which nothing beats by itself
		s := newSteering(t)
		other := s.Replica()
		ada := s.Person("ada", gatetest.TOTP, gatetest.Administrator)
		b := atConsole(t, s.Gate, ada)
		form := b.Get(pathVerify).Is(http.StatusOK).Says("gatehouse audit verify")
		path := form.Press("", "submit").Is(http.StatusOK).Says(`http-equiv="refresh"`).Says("The log is looked at").Says("It begins").URL.Path
		if !strings.HasPrefix(path, "/console/verifications/ver_") {
			t.Fatalf("it leads to %s", path)
		}
		if again := form.Press("", "submit").Is(http.StatusOK); again.URL.Path != path {
			t.Errorf("a second one leads to %s", again.URL)
		}
		b.Get(pathVerify).Is(http.StatusOK).Says(`href="` + path + `"`).Says("Running")
		if a := s.call(s.boss, http.MethodPost, "/api/v1/audit-verifications", nil); a.Status != http.StatusConflict || !strings.HasSuffix(a.Text("type"), "/verification.running") {
			t.Errorf("a second one: %d %s", a.Status, a.Body)
		}

		// The process ends amid it; another one begins anew.
		gone := errors.New("the process ends")
		if err := s.verifies(func(_ context.Context, went func(done, total int64) error) (audit.Looked, error) {
			must(t, went(30, 60))
			elsewhere := b.At(other)
			must(t, other.House.Feed.Step(t.Context()))
			elsewhere.Get(path).Is(http.StatusOK).Says("50 % done").Says(`max="60"`)
			must(t, other.House.Verifications.Step(t.Context(), time.Now())) // it is ours
			elsewhere.Get(path).Says("50 % done")
			return audit.Looked{}, gone
		}); !errors.Is(err, gone) {
			t.Fatalf("the step says %v", err)
		}
		b.Get(path).Is(http.StatusOK).Says(`http-equiv="refresh"`)
		must(t, other.House.Verifications.Step(t.Context(), time.Now()))
		done := b.Get(path).Is(http.StatusOK).Says("The log is what was recorded.").Says(ada.Email)
		if strings.Contains(done.Body, `http-equiv="refresh"`) {
			t.Error("a page of what is done goes on refreshing")
		}
		told := s.call(s.boss, http.MethodGet, "/api/v1/audit-verifications/"+path[strings.LastIndex(path, "/")+1:], nil)
		verdict, _ := told.JSON["verdict"].(map[string]any)
		if told.Text("state") != "done" || told.JSON["runs"] != 2.0 || verdict["good"] != true || told.JSON["done"] != told.JSON["total"] {
			t.Errorf("told is %s", told.Body)
		}
		b.Get(pathVerify).Is(http.StatusOK).Says("As recorded").Says(`id="submit"`)
		for _, action := range []audit.Action{audit.ActionVerifyBegin, audit.ActionVerifyEnd} {
			found, _, err := s.House.Trail.Page(t.Context(), audit.Query{Actions: []audit.Action{action}}, 10)
			if err != nil || len(found) != 1 || found[0].Actor.ID != string(ada.ID) {
				t.Errorf("%s: %+v, %v", action, found, err)
			}
		}
	})
}

// What ends the process each time is not tried for ever.
func TestAVerificationThatNeverEndsIsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSteering(t)
		b := atConsole(t, s.Gate, s.Person("ada", gatetest.TOTP, gatetest.Administrator))
		path := b.Get(pathVerify).Press("", "submit").Is(http.StatusOK).URL.Path
		tries := 0
		for range 3 {
			if err := s.verifies(func(context.Context, func(done, total int64) error) (audit.Looked, error) {
				tries++
				return audit.Looked{}, errors.New("no")
			}); err == nil {
				t.Fatal("nobody hears that it failed")
			}
		}
		b.Get(path).Says("It was begun anew")
		must(t, s.House.Verifications.Step(t.Context(), time.Now()))
		b.Get(path).Is(http.StatusOK).Says(`data-testid="interrupted"`).Says("Interrupted")
		if tries != 3 {
			t.Errorf("it was tried %d times", tries)
		}
	})
}

// An outage of the store, and a process that stops as it was told to, are no tries; that the lease could not be
// kept is said.
func TestAnOutageIsNoTryOfAVerification(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, away := newSteering(t), fault.New(fault.Unavailable, "store.unavailable", "The database cannot answer now.")
		v, err := s.House.Verifications.Begin(t.Context(), gatetest.Console)
		must(t, err)
		for range 4 {
			if err := s.verifies(func(context.Context, func(done, total int64) error) (audit.Looked, error) {
				return audit.Looked{}, away
			}); !errors.Is(err, away) {
				t.Errorf("while the store is away: %v", err)
			}
			over := *s.House.Verifications
			stops, stop := context.WithCancel(t.Context())
			over.Look = func(ctx context.Context, _ func(done, total int64) error) (audit.Looked, error) {
				stop()
				return audit.Looked{}, ctx.Err()
			}
			if err := over.Step(stops, time.Now()); !errors.Is(err, context.Canceled) {
				t.Errorf("while the process stops: %v", err)
			}
			over = *s.House.Verifications
			over.Store = unleased{over.Store, new(bool), away}
			over.Look = func(_ context.Context, went func(done, total int64) error) (audit.Looked, error) {
				time.Sleep(15 * time.Second) // until the lease is to be renewed
				return audit.Looked{}, went(1, 2)
			}
			if err := over.Step(t.Context(), time.Now()); !errors.Is(err, away) {
				t.Errorf("where the lease cannot be kept: %v", err)
			}
		}
		must(t, s.House.Verifications.Step(t.Context(), time.Now()))
		if v, err = s.House.Verifications.Get(t.Context(), v.ID); err != nil || v.State != audit.VerificationDone || v.Runs != 1 {
			t.Errorf("it is %s after %d tries, %v", v.State, v.Runs, err)
		}
	})
}

// unleased is a store that gives a lease when somebody begins, and fails once it is to be kept.
type unleased struct {
	audit.VerificationStore
	given *bool
	err   error
}

func (s unleased) Lease(ctx context.Context, name, holder string, now, until time.Time) (bool, error) {
	if *s.given && until.After(now) {
		return false, s.err
	}
	*s.given = true
	return s.VerificationStore.Lease(ctx, name, holder, now, until)
}

// One that is stopped stays so, whatever its look came to meanwhile.
func TestAVerificationIsStopped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSteering(t)
		b := atConsole(t, s.Gate, s.Person("ada", gatetest.TOTP, gatetest.Administrator))
		page := b.Get(pathVerify).Press("", "submit").Is(http.StatusOK)
		must(t, s.verifies(func(context.Context, func(done, total int64) error) (audit.Looked, error) {
			page.Press("", "stop-it").Is(http.StatusOK).At(page.URL.Path).Says("Stopped")
			return audit.Looked{Good: true, Verdict: json.RawMessage(`{"good":true}`)}, nil
		}))
		b.Get(page.URL.Path).Says("Stopped")
		page.Press("", "stop-it").Is(http.StatusOK).Says("Stopped")
		if a := s.call(s.boss, http.MethodPost, "/api/v1/audit-verifications/"+page.URL.Path[strings.LastIndex(page.URL.Path, "/")+1:]+"/stop", nil); !strings.HasSuffix(a.Text("type"), "/verification.state") {
			t.Errorf("stopped again: %d %s", a.Status, a.Body)
		}
	})
}

// Whoever owns the database writes no verdict over it.
func TestAVerdictThatIsNotOursIsNotShown(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	forged := audit.Verification{
		ID: id.NewVerification(), State: audit.VerificationDone, By: audit.Actor{Kind: audit.House}, Good: true, Verdict: json.RawMessage(`{"good":true}`),
		Created: time.Now(), Ended: time.Now(), MAC: []byte("as if it were ours"),
	}
	must(t, s.House.Store.InsertVerification(t.Context(), forged))
	b := atConsole(t, s.Gate, s.Person("ada", gatetest.TOTP, gatetest.Administrator))
	page := b.Get("/console/verifications/" + string(forged.ID)).Is(http.StatusOK).Says(`data-testid="foreign"`)
	if strings.Contains(page.Body, "The log is what was recorded.") {
		t.Error("what somebody wrote into the database is shown as a verdict")
	}
	b.Get(pathVerify).Says("Not written by Gatehouse")
}

// However many are begun, so many are kept, and the one that runs among them.
func TestTwentyVerificationsAreKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, ctx := newSteering(t), t.Context()
		for range audit.KeptVerifications + 3 {
			v, err := s.House.Verifications.Begin(ctx, gatetest.Console)
			must(t, err)
			_, err = s.House.Verifications.Stop(ctx, gatetest.Console, v.ID)
			must(t, err)
			time.Sleep(time.Second)
		}
		last, err := s.House.Verifications.Begin(ctx, gatetest.Console)
		must(t, err)
		if _, err := s.House.Verifications.Begin(ctx, gatetest.Console); fault.CodeOf(err) != "verification.running" {
			t.Errorf("a second one that runs: %v", err)
		}
		all, err := s.House.Verifications.List(ctx)
		if err != nil || len(all) != audit.KeptVerifications || all[0].ID != last.ID {
			t.Errorf("%d are kept, %v", len(all), err)
		}
		page := s.call(s.boss, http.MethodGet, "/api/v1/audit-verifications?limit=15", nil)
		items, _ := page.JSON["items"].([]any)
		rest := s.call(s.boss, http.MethodGet, "/api/v1/audit-verifications?limit=15&cursor="+page.Text("next"), nil)
		others, _ := rest.JSON["items"].([]any)
		if len(items) != 15 || len(others) != audit.KeptVerifications-15 || rest.Text("next") != "" {
			t.Errorf("a page has %d, the next one %d", len(items), len(others))
		}
		before := s.call(s.boss, http.MethodGet, "/api/v1/audit-verifications?limit=19", nil)
		for range 3 { // until the one at the place went
			_, err := s.House.Verifications.Stop(ctx, gatetest.Console, last.ID)
			must(t, err)
			time.Sleep(time.Second)
			last, err = s.House.Verifications.Begin(ctx, gatetest.Console)
			must(t, err)
		}
		behind := s.call(s.boss, http.MethodGet, "/api/v1/audit-verifications?limit=19&cursor="+before.Text("next"), nil)
		if left, _ := behind.JSON["items"].([]any); behind.Status != http.StatusOK || len(left) != 0 {
			t.Errorf("behind a place that went: %d %s", behind.Status, behind.Body)
		}
	})
}
