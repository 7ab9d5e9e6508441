package access

import (
	"math"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gatehouse/id"
	"gatehouse/proof"
)

// Whatever a grant says comes back, all of it but for what only the store tells.
func TestWhatIsPackedComesBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.SampledFrom(frequent[:]), rapid.String())
		moment := rapid.Custom(func(t *rapid.T) time.Time {
			if rapid.Bool().Draw(t, "zero") {
				return time.Time{}
			}
			return time.Unix(rapid.Int64Range(-1<<40, 1<<40).Draw(t, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanos")).UTC()
		})
		window := rapid.Custom(func(t *rapid.T) Window {
			return Window{moment.Draw(t, "from"), moment.Draw(t, "until")}
		})
		say := func(what string) string { return text.Draw(t, what) }
		who := Subject{pickKind(t), say("who")}
		disabled := rapid.Bool().Draw(t, "disabled")
		memberships := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Membership {
			return Membership{who, Subject{Kind(text.Draw(t, "kind")), text.Draw(t, "of")}, window.Draw(t, "in")}
		}), 0, 4).Draw(t, "memberships")
		grants := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Grant {
			say := func(what string) string { return text.Draw(t, what) }
			g := Grant{
				ID: id.Grant(say("id")), Subject: who, Effect: Effect(say("effect")), Role: say("role"),
				Permission: Pattern{say("api"), say("resource"), say("action")}, Org: say("org"),
				Where: Where{Place: Place(say("place")), Expression: say("expression")}, Window: window.Draw(t, "window"),
				Requires:  Requirement{proof.Level(rapid.Int().Draw(t, "level")), time.Duration(rapid.Int64Range(0, math.MaxInt64).Draw(t, "age"))},
				Withdrawn: rapid.Bool().Draw(t, "withdrawn"),
			}
			if ids := rapid.SliceOfN(text, 0, 3).Draw(t, "ids"); len(ids) > 0 {
				g.Where.IDs = ids
			}
			return g
		}), 0, 4).Draw(t, "grants")

		packed := packPrincipal(disabled, memberships, grants)
		if packed == nil {
			if disabled || len(memberships)+len(grants) > 0 {
				t.Fatal("nothing is packed of something")
			}
			return
		}
		p := unpack(who.Kind, append([]byte(who.ID), packed...), len(who.ID))
		if p.id != who.ID || p.disabled != disabled || len(p.member) != len(memberships) || len(p.grants) != len(grants) {
			t.Fatalf("%+v", p)
		}
		for i, m := range memberships {
			if p.member[i] != (edge{m.Of, m.span()}) {
				t.Fatalf("a membership is %+v, want %+v", p.member[i], m)
			}
		}
		for i, g := range grants {
			if !reflect.DeepEqual(*p.grants[i].Grant, g) || p.grants[i].span != g.span() {
				t.Fatalf("a grant is %+v, want %+v", *p.grants[i].Grant, g)
			}
			if (p.grants[i].condition != nil) != (g.Where.Place == Condition) {
				t.Fatalf("%+v has a condition: %v", g, p.grants[i].condition)
			}
		}
	})
}

func pickKind(t *rapid.T) Kind {
	return rapid.SampledFrom([]Kind{User, ServiceAccount, Client}).Draw(t, "kind")
}
