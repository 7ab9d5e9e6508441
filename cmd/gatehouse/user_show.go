package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/access"
	"gatehouse/house"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/wire"
)

func (a *app) userShow() *cobra.Command {
	return a.completing(a.printing(&cobra.Command{
		Use:   "show USER",
		Short: "Print one person",
		Long:  "Print one person: what is known about them, and how they can sign in.\n" + whichUser,
		Example: `  gatehouse user show ada@example.test
  gatehouse user show ada@example.test --json`,
		Args: one(aUser),
		RunE: a.withUser(func(ctx context.Context, h *house.House, u identity.User) error {
			shown, err := toShow(ctx, h, u)
			if err != nil {
				return err
			}
			all, err := userFacts(u)
			if err != nil {
				return err
			}
			return a.print(shown, func(w io.Writer) {
				tellFacts(w, all)
				if l := shown.Lock; l != nil {
					row(w, "locked", lasting(l.ExpiresAt, "lifted")+": "+l.Reason)
				}
				row(w, "administers", yes(shown.Administrator))
				row(w, "second factor", yes(shown.SecondFactor))
				row(w, "recovery codes left", fmt.Sprint(shown.RecoveryCodesLeft))
				row(w, "last sign-in", orNever(u.LastSignIn))
				row(w, "created", moment(u.Created))
				row(w, "updated", moment(u.Updated))
			})
		}),
	}), people)
}

// shownUser is a person, and the lock that keeps them out meanwhile.
type shownUser struct {
	wire.UserDetail
	Lock *wire.Lock `json:"lock,omitempty"`
}

// toShow reads all that is shown of a person.
func toShow(ctx context.Context, h *house.House, u identity.User) (shown shownUser, err error) {
	shown.User = wire.OfUser(u)
	if shown.SecondFactor, err = h.Identity.HasFactor(ctx, u.ID); err != nil {
		return shown, err
	}
	if shown.RecoveryCodesLeft, err = h.Identity.RecoveryLeft(ctx, u.ID); err != nil {
		return shown, err
	}
	if shown.Administrator, err = h.Administers(ctx, u.ID); err != nil {
		return shown, err
	}
	shown.Lock, err = lockedUser(ctx, h, u.ID)
	return shown, err
}

// lockedUser returns the lock on somebody, nil when there is none.
func lockedUser(ctx context.Context, h *house.House, user id.User) (*wire.Lock, error) {
	all, err := h.Access.Locks(ctx)
	if err != nil {
		return nil, err
	}
	for _, l := range all {
		if l.On == (access.LockTarget{Kind: access.LockUser, ID: string(user)}) {
			lock := wire.OfLock(l)
			return &lock, nil
		}
	}
	return nil, nil
}

// userFacts are what can be changed of a person, and their id behind the address that
// they are known by.
func userFacts(u identity.User) ([]fact, error) {
	all := []fact{
		{"email", u.Email},
		{"id", string(u.ID)},
		{"email verified", yes(u.EmailVerified)},
		{"name", u.Name},

		{"state", userState(u)},
	}
	text, err := json.Marshal(wire.OfClaims(u.Claims))
	if err != nil {
		return nil, fmt.Errorf("show the claims: %w", err)
	}
	claims := map[string]json.RawMessage{}
	if err := json.Unmarshal(text, &claims); err != nil {
		return nil, fmt.Errorf("show the claims: %w", err)
	}
	delete(claims, "attributes")
	for _, name := range slices.Sorted(maps.Keys(claims)) {
		all = append(all, fact{"claim " + name, unquoted(claims[name])})
	}
	for _, name := range slices.Sorted(maps.Keys(u.Claims.Attributes)) {
		all = append(all, fact{"attribute " + name, u.Claims.Attributes[name]})
	}
	return all, nil
}

// unquoted is a value of JSON, text without its quotes.
func unquoted(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	return string(value)
}

// orNever is a moment that there may never have been.
func orNever(at time.Time) string {
	if at.IsZero() {
		return "never"
	}
	return moment(at)
}
