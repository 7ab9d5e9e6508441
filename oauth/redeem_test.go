package oauth_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/id"
	"gatehouse/oauth"
)

// between is a store in which something happens to a code after it was judged and
// before it is claimed.
type between struct {
	*memory
	then func()
	dead bool // the session
}

func (b *between) ClaimCode(ctx context.Context, hash []byte, now time.Time) (bool, error) {
	if b.then != nil {
		b.then()
	}
	return b.memory.ClaimCode(ctx, hash, now)
}

func (b *between) HoldSession(context.Context, id.Session) (bool, error) { return !b.dead, nil }

func refusedAs(err error, code string) bool {
	no, ok := errors.AsType[*oauth.Refusal](err)
	return ok && no.Code == code
}

// Who loses the race for a code has redeemed it a second time: what the winner got
// ends.
func TestWhoLosesTheRaceForACodeEndsWhatItBrought(t *testing.T) {
	t.Parallel()
	g := newGranting(t)
	code := must(g.code(t.Context()))(t)
	g.Store = &between{memory: g.m, then: func() { g.m.s.codes[0].Claimed = time.Now() }}
	if _, err := g.redeem(t.Context(), code); !refusedAs(err, oauth.InvalidGrant) {
		t.Errorf("the loser: %v", err)
	}
	if !dead(t, g.Registry, oauth.TokenFacts{Authorization: g.m.s.codes[0].ID, Issued: time.Now()}) {
		t.Error("what the winner got is alive")
	}
}

// What ends while a code is judged is found where it is claimed, in the database
// and not in memory: another process may have ended it.
func TestACodeWhoseGroundEndsMeanwhileBringsNothing(t *testing.T) {
	t.Parallel()
	for name, ends := range map[string]func(g *granting, b *between){
		"the authorization": func(g *granting, b *between) {
			b.then = func() {
				end := oauth.Revocation{Kind: oauth.RevokedAuthorization, Key: string(g.m.s.codes[0].ID), Before: time.Now().Add(time.Minute), Until: time.Now().Add(time.Hour)}
				if err := g.m.Revoke(context.Background(), end); err != nil {
					t.Error(err)
				}
			}
		},
		"the session": func(_ *granting, b *between) { b.dead = true },
	} {
		g := newGranting(t)
		code := must(g.code(t.Context()))(t)
		b := &between{memory: g.m}
		ends(g, b)
		g.Store = b
		if tokens, err := g.redeem(t.Context(), code); !refusedAs(err, oauth.InvalidGrant) || tokens.Access != "" || len(g.m.s.families) != 0 {
			t.Errorf("%s: %v, %d families", name, err, len(g.m.s.families))
		}
	}
}

// A stranger who has a code that was used learns nothing by it and ends nothing.
func TestACodeThatAnotherClientBringsAgainEndsNothing(t *testing.T) {
	t.Parallel()
	g := newGranting(t)
	code := must(g.code(t.Context()))(t)
	first := must(g.redeem(t.Context(), code))(t)
	other := web()
	other.ID, other.GrantTypes = "other", g.client.GrantTypes
	other, _ = create(t, g.Service, other)
	_, err := g.Redeem(t.Context(), audit.Actor{}, &other, oauth.Redemption{Code: code, RedirectURI: "https://app.example/cb", Verifier: verifier})
	if !refusedAs(err, oauth.InvalidGrant) {
		t.Errorf("another client: %v", err)
	}
	must(g.refresh(t.Context(), first.Refresh))(t)
}
