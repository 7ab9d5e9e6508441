package housetest

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/id"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// manyFamilies gives the person that many refresh families more at the
// application, in one session.
func (s *scene) manyFamilies(t *testing.T, session id.Session, n int) {
	t.Helper()
	now := time.Now()
	must(t, s.House.Store.InTx(context.Background(), func(ctx context.Context) error {
		for range n {
			name, _ := id.NewFamily()
			if err := s.House.Store.InsertFamily(ctx, oauth.Family{
				ID: name, Generation: 1, CurrentHash: []byte("hash"), Created: now, RotatedAt: now,
				IdleExpires: now.Add(time.Hour), Expires: now.Add(time.Hour),
				Authorization: oauth.Authorization{ID: id.NewAuthorization(), Client: s.app.ID, User: s.ada.ID, Session: session, AuthTime: now},
			}); err != nil {
				return err
			}
		}
		return nil
	}))
}

// An application or a person may hold hundreds of thousands of refresh tokens.
// Their end is one and the same handful of statements, and as many revocations
// as there are browsers, and all of it is refused at once.
func TestEndsWriteTheSameHoweverMuchThereIs(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for name, end := range map[string]func(s *scene, session id.Session) error{
		"client deleted": func(s *scene, _ id.Session) error { return s.House.OAuth.DeleteClient(ctx, gatetest.Console, s.app.ID) },
		"client disabled": func(s *scene, _ id.Session) error {
			c, err := s.House.OAuth.Client(ctx, s.app.ID)
			if err != nil {
				return err
			}
			c.Disabled = true
			_, err = s.House.OAuth.UpdateClient(ctx, gatetest.Console, c)
			return err
		},
		"person deleted":  func(s *scene, _ id.Session) error { return s.House.Identity.Delete(ctx, gatetest.Console, s.ada.ID) },
		"person disabled": func(s *scene, _ id.Session) error { return s.House.Identity.Disable(ctx, gatetest.Console, s.ada.ID) },
		"session ended": func(s *scene, session id.Session) error {
			return s.House.Sessions.End(ctx, gatetest.Console, session, "test")
		},
		"consent withdrawn": func(s *scene, _ id.Session) error {
			return s.House.OAuth.WithdrawConsent(ctx, gatetest.Console, s.ada.ID, s.app.ID)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// In the bubble nothing else asks the store meanwhile.
			synctest.Test(t, func(t *testing.T) { costsTheSame(t, end) })
		})
	}
}

func costsTheSame(t *testing.T, end func(s *scene, session id.Session) error) {
	type cost struct {
		statements  uint64
		revocations int
	}
	var costs []cost
	for _, n := range []int{0, 1000} {
		s := newScene(t)
		watcher := s.watcher()
		tokens := s.tokens()
		sessions, err := s.House.Sessions.Of(t.Context(), s.ada.ID)
		must(t, err)
		s.manyFamilies(t, sessions[0].ID, n)
		before := s.House.Store.Statements()
		must(t, end(s, sessions[0].ID))
		after := s.House.Store.Statements()
		rows, err := s.House.Store.RevocationsAfter(t.Context(), 0, 100)
		must(t, err)
		costs = append(costs, cost{after - before, len(rows)})
		expectRefused(t, "a refresh at once", s.app.Refresh(tokens.Text("refresh_token")), "invalid_grant", "invalid_client")
		expectActive(t, "the access token at once", watcher, tokens.Text("access_token"), false)
	}
	if costs[0] != costs[1] {
		t.Errorf("with one family %+v, with a thousand more %+v", costs[0], costs[1])
	}
	if costs[1].revocations > 2 {
		t.Errorf("%d revocations", costs[1].revocations)
	}
}
