package identity

import (
	"context"
	"slices"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/id"
	"gatehouse/identity/password"
)

// holding is a memory that knows who is held by the transaction that is open,
// and notes what somebody did to a person's proofs without that.
type holding struct {
	*memory
	held map[id.User]bool
	free []string
}

func (h *holding) InTx(ctx context.Context, f func(ctx context.Context) error) error {
	return h.memory.InTx(ctx, func(ctx context.Context) error {
		h.held = map[id.User]bool{}
		return f(ctx)
	})
}

func (h *holding) HoldUser(ctx context.Context, user id.User) (User, error) {
	h.held[user] = true
	return h.memory.HoldUser(ctx, user)
}

// note takes down what is done without a hold.
func (h *holding) note(what string, user id.User) {
	if !h.held[user] {
		h.free = append(h.free, what)
	}
}

func (h *holding) PutPassword(ctx context.Context, p Password) error {
	h.note("put password", p.User)
	return h.memory.PutPassword(ctx, p)
}

func (h *holding) PutRecoveryCodes(ctx context.Context, user id.User, macs [][]byte, now time.Time) error {
	h.note("put recovery codes", user)
	return h.memory.PutRecoveryCodes(ctx, user, macs, now)
}

func (h *holding) DeleteFactors(ctx context.Context, user id.User) error {
	h.note("delete factors", user)
	return h.memory.DeleteFactors(ctx, user)
}

func (h *holding) DeleteUser(ctx context.Context, user id.User) error {
	h.note("delete user", user)
	return h.memory.DeleteUser(ctx, user)
}

func (h *holding) EndTokens(ctx context.Context, user id.User) error {
	h.note("end grants", user)
	return h.memory.EndTokens(ctx, user)
}

func (h *holding) EndUser(ctx context.Context, by audit.Actor, user id.User, except id.Session, reason audit.Reason) error {
	h.note("end user", user)
	return h.memory.EndUser(ctx, by, user, except, reason)
}

// On Postgres two transactions see the same password, and the later one would
// bring back what the other replaced. Whoever changes what proves a person holds
// the person first, which is also the order of locks of all who end something.
func TestPeopleAreHeldWhileWhatProvesThemChanges(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(h *house, user id.User) error{
		"set password": func(h *house, user id.User) error {
			return h.SetPassword(t.Context(), nobody, user, 0, "another harbour 78 engines")
		},
		"change password": func(h *house, user id.User) error {
			return failing(h.ChangePassword(t.Context(), here, user, goodPassword, "another harbour 78 engines", "", nil))
		},
		"renew": func(h *house, _ id.User) error {
			dearer := cheap
			dearer.Params.MemoryKiB *= 2
			h.Hasher = password.NewHasher(dearer)
			_, _, err := h.CheckPassword(t.Context(), here, "ada@example.test", goodPassword)
			return err
		},
		"new recovery codes": func(h *house, user id.User) error {
			set, err := h.RecoverySet(t.Context(), user)
			h.wants("", err)
			_, err = h.NewRecoveryCodes(t.Context(), here, user, set)
			return err
		},
		"remove factors": func(h *house, user id.User) error { return h.RemoveFactors(t.Context(), here, user, "") },
		"disable":        func(h *house, user id.User) error { return h.Disable(t.Context(), nobody, user) },
		"delete":         func(h *house, user id.User) error { return h.Delete(t.Context(), nobody, user) },
	} {
		h := newHouse(t)
		user, _, _ := h.enrolled("ada@example.test")
		before := h.memory.passwords[user]
		guard := &holding{memory: h.memory, held: map[id.User]bool{}}
		h.Store, h.Ends = guard, guard
		h.wants("", change(h, user))
		if len(guard.free) > 0 {
			t.Errorf("%s: done without holding the person: %v", name, guard.free)
		}
		if name == "renew" && slices.Contains([]string{before.Hash, ""}, h.memory.passwords[user].Hash) {
			t.Error("the hash was not renewed")
		}
	}
}
