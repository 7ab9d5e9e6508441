package identity

import (
	"strconv"
	"strings"
	"testing"

	"gatehouse/id"
	"gatehouse/identity/password"
	"gatehouse/secret"
)

// After a change of the cost accounts are hashed anew one by one, as people sign
// in. A login that nobody has must not stand out meanwhile: they are as mixed as
// the accounts, each costs the same every time, and changes as an account does,
// once, to the new cost.
func TestUnknownLoginsCostWhatAccountsCost(t *testing.T) {
	t.Parallel()
	const accounts, logins = 200, 2000
	h := newHouse(t)
	dear := cheap
	dear.Passes = 4
	hashes := map[bool]string{}
	for isNew, o := range map[bool]password.Options{false: cheap, true: dear} {
		var err error
		hashes[isNew], err = password.NewHasher(o).Hash(t.Context(), goodPassword)
		h.wants("", err)
	}
	var users []id.User
	for i := range accounts {
		users = append(users, id.UserAt([id.Bytes]byte(secret.Hash("account "+strconv.Itoa(i)))))
	}
	was := map[string]bool{}
	for _, renewed := range []int{0, 20, 100, 180, accounts} {
		for i, user := range users {
			h.wants("", h.memory.PutPassword(t.Context(), Password{User: user, ID: id.NewFactor(), Hash: hashes[i < renewed]}))
		}
		dearOnes := 0
		for i := range logins {
			login := "nobody" + strconv.Itoa(i) + "@example.test"
			c, err := h.candidate(t.Context(), login)
			h.wants("", err)
			again, err := h.candidate(t.Context(), " "+strings.ToUpper(login))
			h.wants("", err)
			isNew := c.twin == hashes[true]
			switch {
			case c.hash != "" || c.reason != ReasonUnknown:
				t.Fatalf("%s: is somebody", login)
			case again.twin != c.twin:
				t.Fatalf("%s: costs something else in other letters", login)
			case was[login] && !isNew:
				t.Fatalf("%s: went back to the old cost", login)
			}
			if was[login] = isNew; isNew {
				dearOnes++
			}
		}
		if got, want := float64(dearOnes)/logins, float64(renewed)/accounts; got < want-0.1 || got > want+0.1 {
			t.Errorf("with %.0f %% of the accounts at the new cost, %.0f %% of the unknown logins are", want*100, got*100)
		}
	}
}

// otherwise is the keeper of another house.
type otherwise struct{ plainKeeper }

func (otherwise) Key(label string) []byte { return secret.Hash("another house: " + label) }

// Who could say which account's cost a login has could tell accounts from others.
func TestWhoseTwinALoginIsTakesAKeyOfTheHouse(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	here, there := *h.Service, *h.Service
	there.Keeper = otherwise{}
	if a, b := here.twinOf("eve@example.test"), there.twinOf("eve@example.test"); a == b {
		t.Errorf("in two houses it is %s", a)
	}
}

// The first sign-in of all may come before the first account.
func TestALoginOfAHouseWithoutPasswordsCostsWhatIsInForce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c, err := h.candidate(t.Context(), "nobody@example.test")
	h.wants("", err)
	if c.twin != "" || c.reason != ReasonUnknown {
		t.Errorf("the candidate is %+v", c)
	}
	_, _, err = h.CheckPassword(t.Context(), here, "nobody@example.test", goodPassword)
	h.wants("signin.wrong", err)
}
