package oauth_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/oauth"
)

// What ends the tokens of a client that is deleted must not end those of the next one of
// its name; and what still comes to the former is not the latter's.
func TestAClientIsMadeAgainOnceTheTokensOfTheFormerAreOver(t *testing.T) {
	for name, end := range map[string]func(ctx context.Context, s *oauth.Service, c oauth.Client) error{
		"deleted": func(context.Context, *oauth.Service, oauth.Client) error { return nil },
		"disabled, and deleted": func(ctx context.Context, s *oauth.Service, c oauth.Client) error {
			c.Disabled = true
			_, err := s.UpdateClient(ctx, console, c)
			return err
		},
		"narrowed, and deleted": func(ctx context.Context, s *oauth.Service, c oauth.Client) error {
			c.Scopes = []string{"openid"}
			_, err := s.UpdateClient(ctx, console, c)
			return err
		},
	} {
		for _, wait := range []time.Duration{0, 300 * time.Millisecond, 900 * time.Millisecond} {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(wait) // whatever the part of the second
				s, m := newService()
				c, _ := create(t, s, web())
				if err := end(t.Context(), s, c); err != nil {
					t.Fatal(err)
				}
				if err := s.DeleteClient(t.Context(), console, c.ID); err != nil {
					t.Fatal(err)
				}
				_, _, err := s.CreateClient(t.Context(), console, web())
				f, _ := errors.AsType[*fault.Error](err)
				if fault.CodeOf(err) != "client.just_deleted" || f.RetryAfter <= 0 || f.RetryAfter > 2*time.Second {
					t.Fatalf("%s: at once: %v", name, err)
				}
				if _, _, err := s.CreateClient(t.Context(), console, called("other")); err != nil {
					t.Errorf("%s: another: %v", name, err)
				}
				late := time.Now().Add(time.Second - time.Nanosecond) // what a process signs that has not heard of it
				time.Sleep(f.RetryAfter)
				next, _ := create(t, s, web())
				r := newReplica(m)
				if err := r.Step(t.Context(), time.Now()); err != nil {
					t.Fatal(err)
				}
				if !dead(t, r.Registry, oauth.TokenFacts{Client: c.ID, Issued: late.Truncate(time.Second)}) {
					t.Errorf("%s: a token of the former lives", name)
				}
				if dead(t, r.Registry, oauth.TokenFacts{Client: c.ID, Issued: next.Created.Truncate(time.Second)}) {
					t.Errorf("%s: a token of the next one is dead", name)
				}
			})
		}
	}
}

func called(name id.Client) oauth.Client {
	c := web()
	c.ID = name
	return c
}
