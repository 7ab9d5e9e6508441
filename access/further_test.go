package access_test

import (
	"testing"
	"time"

	. "gatehouse/access"
	"gatehouse/fault"
	"gatehouse/proof"
)

func expression(t *testing.T, text string) *Expression {
	t.Helper()
	e, err := ParseExpression(text)
	if err != nil || e.String() != text {
		t.Fatal(err)
	}
	return e
}

// Whoever asks may want more than the policy does. That only takes away, says why, and
// until when.
func TestWhatIsAskedForBesidesThePolicyNarrowsIt(t *testing.T) {
	t.Parallel()
	p := shop(Grant{Subject: ada, Permission: Pattern{"shop", "orders", "read"}}, Grant{ID: "gra_2", Subject: ada, Permission: Pattern{"shop", "orders", "refund"}})
	p.Memberships = []Membership{
		{Member: ada, Of: Subject{Organisation, "acme"}, Window: Window{ExpiresAt: began.Add(time.Hour)}},
		{Member: ada, Of: Subject{Group, "finance"}, Window: Window{ExpiresAt: began.Add(2 * time.Hour)}},
	}
	s := Compile(p)
	for name, c := range map[string]struct {
		permission string
		further    Further
		change     func(q *Question)
		want       Outcome
		reason     Reason
		until      time.Duration // from began on; 0: never
	}{
		"nothing":                 {"read", Further{}, nil, Allowed, Granted, time.Hour},
		"a level":                 {"read", Further{Requires: Requirement{Level: proof.AAL2}}, nil, Challenged, ProofInsufficient, time.Hour},
		"a level that is there":   {"read", Further{Requires: Requirement{Level: proof.AAL1}}, nil, Allowed, Granted, time.Hour},
		"an age":                  {"read", Further{Requires: Requirement{MaxAge: 10 * time.Minute}}, nil, Allowed, Granted, 9 * time.Minute},
		"an age that is over":     {"read", Further{Requires: Requirement{MaxAge: 10 * time.Second}}, nil, Challenged, ProofInsufficient, time.Hour},
		"a member":                {"read", Further{Member: true}, func(q *Question) { q.Org = "acme" }, Allowed, Granted, time.Hour},
		"a member of another":     {"read", Further{Member: true}, func(q *Question) { q.Org = "globex" }, Refused, NoMember, time.Hour},
		"a member of nothing":     {"read", Further{Member: true}, nil, Refused, NoMember, time.Hour},
		"a condition":             {"read", Further{Condition: expression(t, `"finance" in principal.groups`)}, nil, Allowed, Granted, time.Hour},
		"one that does not hold":  {"read", Further{Condition: expression(t, `request.method == "GET"`)}, nil, Refused, Unmet, time.Hour},
		"one of the resource":     {"read", Further{Condition: expression(t, `resource.total <= 500.0`)}, nil, Refused, ResourceUnknown, time.Hour},
		"one that is told":        {"read", Further{Condition: expression(t, `resource.total <= 500.0`)}, func(q *Question) { q.Resource.Attrs = map[string]any{"total": 12.0} }, Allowed, Granted, time.Hour},
		"one of the clock":        {"read", Further{Condition: expression(t, `localHour("UTC") >= 0`)}, nil, Allowed, Granted, 10 * time.Second},
		"what is denied stays so": {"write", Further{Condition: expression(t, `true`)}, nil, Refused, NoGrant, time.Hour},
		"a challenge stays one":   {"refund", Further{Requires: Requirement{MaxAge: time.Minute}}, nil, Challenged, ProofInsufficient, time.Hour},
		"a condition before it":   {"refund", Further{Condition: expression(t, `false`)}, nil, Refused, Unmet, time.Hour},
	} {
		q := asks("shop/orders:" + c.permission)
		if c.permission == "write" {
			q = asks("shop/orders:read")
			q.Principal = Subject{User, "usr_bob"}
			c.until = 0
		}
		if c.change != nil {
			c.change(&q)
		}
		d := decide(t, s, q)
		s.Narrow(&q, &c.further, &d)
		var until time.Time
		if c.until != 0 {
			until = began.Add(c.until)
		}
		if d.Outcome != c.want || d.Reason != c.reason || !d.Until.Equal(until) {
			t.Errorf("%s: %+v, want %v %s until %s", name, d, c.want, c.reason, until)
		}
	}
	q := asks("shop/orders:refund")
	d := decide(t, s, q)
	s.Narrow(&q, &Further{Requires: Requirement{MaxAge: time.Minute}}, &d)
	if d.Need != (Requirement{proof.AAL2, time.Minute}) {
		t.Errorf("it is to be proved: %+v", d.Need)
	}
	if _, err := ParseExpression(`resource.total <=`); fault.CodeOf(err) != "grant.condition" {
		t.Error(err)
	}
}
