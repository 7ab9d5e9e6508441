package storetest

import (
	"net/url"
	"testing"
	"time"

	"gatehouse/fault"
	"gatehouse/flow"
	"gatehouse/id"
	"gatehouse/proof"
	"gatehouse/store"
)

func testInteractions(t *testing.T, s *store.Store) {
	ctx := t.Context()
	age := 5 * time.Minute
	i := flow.Interaction{
		ID: id.NewInteraction(), Browser: hash(), Version: 1, Created: now, Expires: now.Add(time.Hour),
		Ask: flow.Ask{
			Client: "app", Params: url.Values{"scope": {"openid"}, "state": {"a b", "c"}}, RequestedAt: now.Truncate(time.Second),
			Login: true, MaxAge: &age, HintUser: "usr_h", LoginHint: "ada", Require: proof.AAL2, Scopes: []string{"openid"}, Locales: []string{"de"},
		},
	}
	read := func() flow.Interaction {
		t.Helper()
		return must[flow.Interaction](t)(s.Interaction(ctx, i.ID))
	}

	ok(t, s.InsertInteraction(ctx, i))
	same(t, read(), i)

	i.Progress = flow.Progress{User: "usr_a", Proofs: byPassword(now), Chosen: true, Consent: "allow", Scopes: []string{"openid"}, Session: "ses_a"}
	ok(t, s.UpdateInteraction(ctx, i))
	refused(t, s.UpdateInteraction(ctx, i), fault.Conflict)
	i.Version++
	same(t, read(), i)

	if n := race(t, racers, func(int) (bool, error) {
		err := s.UpdateInteraction(ctx, i)
		if fault.Is(err, fault.Conflict) {
			return false, nil
		}
		return err == nil, err
	}); n != 1 {
		t.Errorf("%d of %d callers updated the same version", n, racers)
	}

	oneWinner(t, func(int) (bool, error) { return s.DeleteInteraction(ctx, i.ID) })
	_, err := s.Interaction(ctx, i.ID)
	missing(t, err)
	missing(t, s.UpdateInteraction(ctx, i))
}
