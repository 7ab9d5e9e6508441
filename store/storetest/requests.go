package storetest

import (
	"context"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/oauth"
	"gatehouse/store"
	"gatehouse/web"
)

func testRequests(t *testing.T, s *store.Store) {
	ctx := t.Context()
	keep := func(key string, at time.Time) (web.Kept, bool, error) {
		return s.KeepRequest(ctx, web.Kept{Caller: "service:ci", Key: key, Hash: []byte("asked"), At: at, Over: at.Add(time.Hour)})
	}
	kept := func(key string, at time.Time) (bool, error) {
		_, kept, err := keep(key, at)
		return kept, err
	}
	t.Run("AreKeptOnce", func(t *testing.T) {
		yes(t)(kept("one", now))
		ok(t, s.AnswerRequest(ctx, web.Kept{Caller: "service:ci", Key: "one", Answer: []byte("answered")}))
		was, again, err := keep("one", now.Add(time.Minute))
		no(t)(again, err)
		same(t, was, web.Kept{Caller: "service:ci", Key: "one", Hash: []byte("asked"), Answer: []byte("answered"), At: now, Over: now.Add(time.Hour)})
		yes(t)(kept("two", now))
	})
	t.Run("AreOverAtTheirTime", func(t *testing.T) {
		yes(t)(kept("over", now))
		no(t)(kept("over", now.Add(time.Hour-time.Microsecond)))
		yes(t)(kept("over", now.Add(time.Hour)))
	})
	t.Run("AreKeptWithTheirChange", func(t *testing.T) {
		undone := s.InTx(ctx, func(ctx context.Context) error {
			_, kept, err := s.KeepRequest(ctx, web.Kept{Caller: "service:ci", Key: "undone", Hash: []byte("asked"), At: now, Over: now.Add(time.Hour)})
			yes(t)(kept, err)
			return context.Canceled
		})
		if undone == nil {
			t.Error("it was not undone")
		}
		yes(t)(kept("undone", now))
	})
	t.Run("AreOfOneOfManyAtOnce", func(t *testing.T) {
		oneWinner(t, func(int) (bool, error) { return kept("raced", now) })
	})
	t.Run("AreCounted", func(t *testing.T) {
		yes(t)(s.KeepsMore(ctx, web.Kept{Caller: "service:ci"}, 3))
		no(t)(s.KeepsMore(ctx, web.Kept{Caller: "service:ci"}, 5))
		no(t)(s.KeepsMore(ctx, web.Kept{Caller: "service:ci", Since: now}, 0))
		no(t)(s.KeepsMore(ctx, web.Kept{Caller: "service:other"}, 0))
	})
	t.Run("GoWithTheirCaller", func(t *testing.T) { testRequestsOfSomebodyWhoGoes(t, s) })
	t.Run("ForgetWhoIsDeleted", func(t *testing.T) { testAnswersAboutSomebodyWhoGoes(t, s) })
}

// Whoever has the name of a caller that was deleted is another one.
func testRequestsOfSomebodyWhoGoes(t *testing.T, s *store.Store) {
	ctx := t.Context()
	person := identity.User{ID: id.NewUser(), Email: "gone-caller@example.test", Updated: now}
	for kind, c := range map[access.Kind]struct {
		name           string
		key            id.ServiceKey
		create, remove func(created time.Time) error
	}{
		access.User: {
			string(person.ID), "", func(at time.Time) error { person.Created = at; return s.InsertUser(ctx, person) },
			func(time.Time) error { return s.DeleteUser(ctx, person.ID) },
		},
		access.Client: {
			"gone-caller", "", func(at time.Time) error {
				return s.InsertClient(ctx, oauth.Client{ID: "gone-caller", Created: at, Updated: at})
			},
			func(time.Time) error { return s.DeleteClient(ctx, "gone-caller") },
		},
		access.ServiceAccount: {
			"gone-caller", "key_gone", func(at time.Time) error {
				if err := s.InsertServiceAccount(ctx, access.ServiceAccountRecord{ID: "gone-caller", Created: at, Updated: at}); err != nil {
					return err
				}
				return s.InsertServiceKey(ctx, access.KeyRecord{ID: "key_gone", Owner: "gone-caller", Name: "one", MAC: []byte("mac"), Created: at})
			},
			func(time.Time) error { return s.DeleteServiceAccount(ctx, "gone-caller") },
		},
	} {
		t.Run(string(kind), func(t *testing.T) {
			who := access.Subject{Kind: kind, ID: c.name}
			_, err := s.CallerSince(ctx, who, c.key)
			missing(t, err)
			for _, at := range []time.Time{now, now.Add(time.Second)} {
				ok(t, c.create(at))
				since, err := s.CallerSince(ctx, who, c.key)
				ok(t, err)
				same(t, since, at)
				k := web.Kept{Caller: web.CallerName(string(kind), c.name), Since: since, Key: "one", Hash: []byte("asked"), At: now, Over: now.Add(time.Hour)}
				_, kept, err := s.KeepRequest(ctx, k)
				yes(t)(kept, err)
				ok(t, c.remove(at))
				no(t)(s.KeepsMore(ctx, k, 0))
			}
		})
	}
	if _, err := s.CallerSince(ctx, access.Subject{Kind: access.Group, ID: "desk"}, ""); err == nil || fault.Is(err, fault.NotFound) {
		t.Errorf("since when a group calls: %v", err)
	}
}

// An answer goes with the person of whom it tells; that the request was made is kept.
func testAnswersAboutSomebodyWhoGoes(t *testing.T, s *store.Store) {
	ctx := t.Context()
	gone, stays := insertUser(t, s), insertUser(t, s)
	for _, u := range []id.User{gone.ID, stays.ID} {
		k := web.Kept{Caller: "service:teller", Key: string(u), Hash: []byte("asked"), At: now, Over: now.Add(time.Hour)}
		_, kept, err := s.KeepRequest(ctx, k)
		yes(t)(kept, err)
		k.Answer, k.Person = []byte("told of "+u), u
		ok(t, s.AnswerRequest(ctx, k))
	}
	ok(t, s.DeleteUser(ctx, gone.ID))
	for u, want := range map[id.User]web.Kept{gone.ID: {}, stays.ID: {Answer: []byte("told of " + stays.ID), Person: stays.ID}} {
		was, kept, err := s.KeepRequest(ctx, web.Kept{Caller: "service:teller", Key: string(u), Hash: []byte("asked"), At: now, Over: now.Add(time.Hour)})
		no(t)(kept, err)
		if string(was.Answer) != string(want.Answer) || was.Person != want.Person {
			t.Errorf("of %s there is %q about %q, want %q", u, was.Answer, was.Person, want.Answer)
		}
	}
}
