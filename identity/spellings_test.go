package identity_test

import (
	"testing"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/identity"
)

// However an address is written when a person is added, every other spelling of
// it finds them, is refused to somebody else, and proves them at the sign-in.
func TestEverySpellingOfAnAddressIsOneAddress(t *testing.T) {
	t.Parallel()
	for _, spellings := range [][]string{
		{"ada@example.test", "Ada@Example.TEST", "ada\uff20example.test", "\uff41\uff44\uff41@example.test", " ada@example.test "},
		{"\u0130rem@example.test", "irem@example.test", "IREM@example.test", "I\u0307rem@example.test"},
		{"ada@b\u00fccher.example", "ada@xn--bcher-kva.example", "ADA@XN--BCHER-KVA.example", "ada@bu\u0308cher.example", "ada@B\u00dcCHER.example", "ada\uff20b\u00fccher\uff0eexample"},
		{"\u212aurt@example.test", "kurt@example.test", "KURT@example.test"},
		{"stra\u00dfe@example.test", "STRA\u1e9eE@example.test"},
		{"\u03a3\u03af\u03c3\u03c5\u03c6\u03bf\u03c3@example.test", "\u03c3\u03af\u03c3\u03c5\u03c6\u03bf\u03c3@example.test"},
	} {
		for _, written := range spellings {
			s := replicas(t, 1)[0]
			by := audit.Actor{Kind: audit.Console}
			if err := s.CheckNew(t.Context(), identity.User{Email: written, Name: "Some Person"}); err != nil {
				t.Errorf("%q is not free: %v", written, err)
			}
			u, err := s.Create(t.Context(), by, identity.User{Email: written, Name: "Some Person"}, goodPassword)
			if err != nil {
				t.Errorf("%q cannot be written: %v", written, err)
				continue
			}
			for _, typed := range spellings {
				if found, err := s.UserByEmail(t.Context(), typed); err != nil || found.ID != u.ID {
					t.Errorf("written %q: %q finds %q, %v", written, typed, found.ID, err)
				}
				if found, _, err := s.CheckPassword(t.Context(), audit.Actor{}, typed, goodPassword); err != nil || found != u.ID {
					t.Errorf("written %q: %q signs in %q, %v", written, typed, found, err)
				}
				if _, err := s.Create(t.Context(), by, identity.User{Email: typed, Name: "Another"}, ""); fault.CodeOf(err) != "user.email_taken" {
					t.Errorf("written %q: %q for somebody else: %v", written, typed, err)
				}
				if err := s.CheckNew(t.Context(), identity.User{Email: typed, Name: "Another"}); fault.CodeOf(err) != "user.email_taken" {
					t.Errorf("written %q: %q is free for somebody else: %v", written, typed, err)
				}
			}
		}
	}
}

func FuzzCanonicalIsItsOwnForm(f *testing.F) {
	for _, s := range []string{"Ada@Example.test", "\u0130@b\u00fccher.example", "\ufdfa@x", "a@xn--a", "\u1fb3\u0345@x", "@", "\u00df@\u00df.example"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := identity.Canonical(s)
		if again := identity.Canonical(once); again != once && len(once) <= 254 {
			t.Errorf("%q becomes %q, and that %q", s, once, again)
		}
	})
}
