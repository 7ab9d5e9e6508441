package store_test

import (
	"context"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/internal/crowd"
	"gatehouse/store"
)

// known is a directory of a house in which everybody is known.
type known struct{}

func (known) Known(context.Context, access.Subject) error                  { return nil }
func (known) HasClient(context.Context, string) (bool, error)              { return false, nil }
func (known) WithScope(context.Context, string) (id.Client, error)         { return "", nil }
func (known) Requiring(context.Context, string, string) (id.Client, error) { return "", nil }
func (known) Session(context.Context, id.Session) (id.User, time.Time, error) {
	return "", time.Time{}, fault.Missing("session")
}

// What the guard takes for a group that comes into another one, where 200,000 grants
// count and one in a hundred is under a condition; beside it what it takes to look at all
// of them.
func BenchmarkGuardOfAGroup(b *testing.B) {
	const grants = 200_000
	onBoth(b, func(b *testing.B, s *store.Store) {
		now := time.Now()
		store.Fill(b, s, crowd.Size{People: grants, Sessions: 1, Others: grants, Clients: 1}, now)
		store.Vary(b, s)
		a := &access.Service{Store: s, Audit: &audit.Log{Store: s}, People: known{}, Clients: known{}}
		for _, name := range []string{"inner", "outer"} {
			if _, err := a.CreateGroup(b.Context(), audit.Actor{Kind: audit.Console}, access.GroupRecord{ID: name}); err != nil {
				b.Fatal(err)
			}
		}
		m := access.MembershipRecord{Membership: access.Membership{Member: access.Subject{Kind: access.Group, ID: "inner"}, Of: access.Subject{Kind: access.Group, ID: "outer"}}}
		by := audit.Actor{Kind: audit.Person, ID: crowd.ID("usr_", 1)}
		b.Run("guard", func(b *testing.B) {
			for b.Loop() {
				if _, err := a.AddMember(b.Context(), by, m); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("all grants", func(b *testing.B) {
			for b.Loop() {
				for at := (access.GrantCursor{Ends: now}); ; {
					page, err := s.GrantsAfter(b.Context(), access.Subject{}, at, 5000)
					if err != nil {
						b.Fatal(err)
					}
					if len(page) < 5000 {
						break
					}
					last := &page[len(page)-1]
					at = access.GrantCursor{Ends: last.Ends(), ID: last.ID}
				}
			}
		})
	})
}
