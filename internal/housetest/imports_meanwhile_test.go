package housetest

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/identity/intake"
	"gatehouse/internal/gatetest"
)

// losing are the ways by which whoever began an import may make people no more.
var losing = map[string]func(ctx context.Context, a *access.Service, account, key string) error{
	"a deny": func(ctx context.Context, a *access.Service, account, _ string) error {
		_, err := a.Give(ctx, gatetest.Console, access.Grant{
			Subject: accountOf(account), Effect: access.Deny, Permission: access.Pattern{API: access.Gatehouse, Resource: "users", Action: "write"}, Where: access.Where{Place: access.Everywhere}, Reason: "test",
		})
		return err
	},
	"the grant": func(ctx context.Context, a *access.Service, account, _ string) error {
		all, _, err := a.Grants(ctx, accountOf(account), false, access.GrantCursor{}, 10)
		for i := range all {
			_, err = a.Revoke(ctx, gatetest.Console, all[i].ID, "test")
		}
		return err
	},
	"disabled": func(ctx context.Context, a *access.Service, account, _ string) error {
		_, err := a.DisableServiceAccount(ctx, gatetest.Console, account, "test")
		return err
	},
	"deleted": func(ctx context.Context, a *access.Service, account, _ string) error {
		return a.DeleteServiceAccount(ctx, gatetest.Console, account, "test")
	},
	"the key": func(ctx context.Context, a *access.Service, account, key string) error {
		k, err := a.Keys.Parse(key)
		if err == nil {
			_, err = a.RevokeServiceKey(ctx, gatetest.Console, accountOf(account), k.ID)
		}
		return err
	},
	"a lock": func(ctx context.Context, a *access.Service, account, _ string) error {
		_, err := a.PutLock(ctx, gatetest.Console, access.LockRecord{Lock: access.Lock{On: access.LockTarget{Kind: access.LockService, ID: account}, Reason: "test"}})
		return err
	},
}

func accountOf(name string) access.Subject {
	return access.Subject{Kind: access.ServiceAccount, ID: name}
}

// amid calls then when the rights of an import are asked about for a time.
type amid struct {
	intake.Rights
	asked, at int
	then      func()
}

func (a *amid) MayTakeIn(ctx context.Context, o intake.Owner) error {
	if a.asked++; a.asked == a.at {
		a.then()
	}
	return a.Rights.MayTakeIn(ctx, o)
}

// Whoever began an import loses the right, by whatever way, before it or amid it: once that is
// known, nobody more is made, and the trail says why it stopped. The background is the test's own
// here, so that the number is exact: a batch makes 25.
func TestAnImportEndsWithTheRightOfWhoBeganIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSteering(t)
		ctx, rights := t.Context(), s.House.Intake.Rights
		for when, batches := range map[string]int{"before": 0, "amid": 1, "later": 2} {
			for name, lose := range losing {
				account := when + "-" + strings.ReplaceAll(name, " ", "-")
				key := s.account(account, func(p string) bool { return p == "users:write" })
				s.Settle()
				path := s.begin(key, strings.ReplaceAll(fileOf(60), "person-", account+"-"), false)
				time.Sleep(time.Millisecond) // the trail has an order then
				s.House.Intake.Rights = &amid{Rights: rights, at: batches + 1, then: func() {
					must(t, lose(ctx, s.House.Access, account, key))
					s.Settle()
				}}
				must(t, s.House.Intake.Step(ctx, time.Now()))
				if state, why, rows := s.imported(path); state != "stopped" || why != "right" || rows["made"] != 25*batches || rows["done"] != 25*batches {
					t.Errorf("%s, %s: %s, %q, %v", name, when, state, why, rows)
				}
				events := eventsAbout(t, s, path)
				if last := events[len(events)-1]; len(events) != 2 || events[0].Action != intake.ActionBegin || last.Action != intake.ActionStop || last.Reason != intake.ReasonRight || last.Actor.Kind != audit.House {
					t.Errorf("%s, %s: the trail has %+v", name, when, events)
				}
			}
		}
		s.House.Intake.Rights = rights
		path := s.begin(s.boss, fileOf(30), false) // who still may goes on
		must(t, s.House.Intake.Step(ctx, time.Now()))
		if state, _, rows := s.imported(path); state != "done" || rows["made"] != 30 {
			t.Errorf("%s, %v", state, rows)
		}
	})
}

// eventsAbout is what was recorded of an import itself, the oldest first.
func eventsAbout(t *testing.T, s *steering, path string) (all []audit.Event) {
	t.Helper()
	name := path[strings.LastIndex(path, "/")+1:]
	for _, e := range eventsOf(t, s.Gate, "") {
		if e.Target == (audit.Target{Kind: intake.KindImport, ID: name}) {
			all = append(all, e)
		}
	}
	return all
}

// blind is a store that does not see who has an address, as one that somebody else writes to at the
// same moment; meanwhile is called before a row is refused.
type blind struct {
	intake.Store
	looks     int // that see nothing
	entered   int // transactions
	meanwhile func(entered int)
}

func (b *blind) IDsByEmail(ctx context.Context, emails []string) (map[string]id.User, error) {
	if b.looks > 0 {
		b.looks--
		return nil, nil
	}
	return b.Store.IDsByEmail(ctx, emails)
}

func (b *blind) InTx(ctx context.Context, f func(ctx context.Context) error) error {
	if b.entered++; b.meanwhile != nil {
		b.meanwhile(b.entered)
	}
	return b.Store.InTx(ctx, f)
}

// Somebody comes by the address of a row, and at a second look is not found either: that row alone is
// refused, and says why; where another replica has dealt with it by then, nothing is counted twice.
func TestARowThatIsTakenMeanwhileIsRefusedAlone(t *testing.T) {
	t.Parallel()
	for name, other := range map[string]bool{"alone": false, "while another replica goes on": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newSteering(t)
				service := s.House.Intake
				path := s.begin(s.boss, fileOf(3), false)
				_, err := s.House.Identity.Create(t.Context(), gatetest.Console, identity.User{Email: "person-1@import.test"}, "")
				must(t, err)
				elsewhere := *service // sees who has the address
				b := &blind{Store: service.Store, looks: 4}
				if other {
					b.meanwhile = func(entered int) {
						if entered == 5 { // the batch, the first row, the second, that once more, and then its refusal
							must(t, elsewhere.Step(t.Context(), time.Now()))
						}
					}
				}
				service.Store = b
				must(t, service.Step(t.Context(), time.Now()))
				want := map[string]int{"total": 3, "done": 3, "new": 0, "made": 2, "known": 0, "wrong": 1}
				if other {
					want["known"], want["wrong"] = 1, 0
				}
				state, _, rows := s.imported(path)
				for what, n := range want {
					if rows[what] != n || state != "done" {
						t.Errorf("%s: %s %d, want %d (%v)", state, what, rows[what], n, rows)
					}
				}
				report := string(s.call(s.boss, "GET", reportOf(path)+"?format=ndjson", nil).Body)
				if told := strings.Contains(report, `"outcome":"wrong"`) && strings.Contains(report, "person-1@import.test"); told == other {
					t.Errorf("the report: %s", report)
				}
				if n := len(eventsAbout(t, s, path)); n != 2 {
					t.Errorf("%d events are about it", n)
				}
			})
		})
	}
}

// Row by row, too, nobody is made once it is known that who began it may not.
func TestAnImportRowByRowEndsWithTheRight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSteering(t)
		ctx, service := t.Context(), s.House.Intake
		key := s.account("takes-in", func(p string) bool { return p == "users:write" })
		s.Settle()
		path := s.begin(key, fileOf(10), false)
		_, err := s.House.Identity.Create(ctx, gatetest.Console, identity.User{Email: "person-9@import.test"}, "")
		must(t, err)
		service.Store = &blind{Store: service.Store, looks: 1} // the batch fails by the last of them
		service.Rights = &amid{Rights: service.Rights, at: 5, then: func() {
			must(t, losing["the grant"](ctx, s.House.Access, "takes-in", key))
			s.Settle()
		}}
		must(t, service.Step(ctx, time.Now()))
		if state, why, rows := s.imported(path); state != "stopped" || why != "right" || rows["made"] != 3 {
			t.Errorf("%s, %q, %v", state, why, rows)
		}
	})
}
