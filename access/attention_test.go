package access_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	. "gatehouse/access"
	"gatehouse/id"
)

// Everybody who has a right at Gatehouse itself is found, by whichever way, in order and as many
// as are asked for; nobody else is.
func TestWhoSteersIsFound(t *testing.T) {
	t.Parallel()
	desk := Subject{Group, "desk"}
	give := func(name id.Grant, to Subject) Grant {
		return Grant{ID: name, Subject: to, Effect: Allow, Role: Helpdesk, Where: Where{Place: Everywhere}}
	}
	person := func(name string) Subject { return Subject{User, name} }
	s := Compile(Policy{
		Grants:      []Grant{give("gra_1", person("usr_b")), give("gra_2", desk), give("gra_3", Subject{ServiceAccount, "ci"})},
		Memberships: []Membership{{Member: person("usr_a"), Of: desk}, {Member: person("usr_c"), Of: Subject{Group, "other"}}},
	})
	for limit, want := range map[int][]id.User{9: {"usr_a", "usr_b"}, 1: {"usr_a"}, 0: nil} {
		got, err := s.Steering(t.Context(), began, limit)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("the first %d: %v, %v", limit, got, err)
		}
	}
	over, stop := context.WithCancel(t.Context())
	stop()
	if _, err := s.Steering(over, began, 9); !errors.Is(err, context.Canceled) {
		t.Errorf("for nobody any more: %v", err)
	}
}

func TestKeysThatEndAreFound(t *testing.T) {
	t.Parallel()
	key := func(name id.ServiceKey, owner Subject, ends time.Time) Key {
		return Key{ID: name, Owner: owner, Window: Window{ExpiresAt: ends}}
	}
	ci := Subject{ServiceAccount, "ci"}
	s := Compile(Policy{Keys: []Key{
		key("key_later", ci, began.Add(2*time.Hour)), key("key_soon", ci, began.Add(time.Hour)), key("key_over", ci, began), key("key_far", ci, began.Add(9*time.Hour)),
		key("key_never", ci, time.Time{}), key("key_person", Subject{User, "usr_a"}, began.Add(time.Hour)),
	}})
	if of := s.EndingKeys(User, began, began.Add(3*time.Hour)); len(of) != 1 || of[0].ID != "key_person" || of[0].Owner.ID != "usr_a" {
		t.Errorf("of people, found %+v", of)
	}
	got := s.EndingKeys(ServiceAccount, began, began.Add(3*time.Hour))
	if len(got) != 2 || got[0].ID != "key_soon" || got[1].ID != "key_later" || got[0].Owner.ID != "ci" || !got[0].Ends.Equal(began.Add(time.Hour)) {
		t.Errorf("found %+v", got)
	}
}
