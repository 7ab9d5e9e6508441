package access

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"gatehouse/id"
)

// A pattern of 250 steps, asked about a text of 8 KiB: what takes longest of what may be
// written and asked.
const heavy = `resource.text.matches("a{0,120}b")`

var text8K = strings.Repeat("a", 8<<10)

// conditional is a policy in which one person has grants with these effects and
// conditions at one permission.
func conditional(grants ...Grant) Policy {
	p := Policy{APIs: []API{{ID: "shop", Delegation: ByAudience, Permissions: []Permission{{Resource: "orders", Action: "read"}}}}}
	for i, g := range grants {
		g.ID, g.Subject, g.Permission = id.Grant(fmt.Sprint("gra_", i)), Subject{User, "usr_ada"}, Pattern{"shop", "orders", "read"}
		p.Grants = append(p.Grants, g)
	}
	return p
}

func many(n int, effect Effect, expression string) (list []Grant) {
	for range n {
		list = append(list, Grant{Effect: effect, Where: Where{Place: Condition, Expression: expression}})
	}
	return list
}

func asked(text string) *Question {
	return &Question{
		Principal: Subject{User, "usr_ada"}, Permission: "shop/orders:read", Now: time.Date(2026, 11, 29, 12, 1, 0, 0, time.UTC),
		Resource: Resource{ID: "42", Attrs: map[string]any{"text": text}},
	}
}

// Conditions may take so much in one decision and no more, however many there are. What
// was not asked allows nothing, and denies.
func TestTheConditionsOfADecisionTakeSoMuchAndNoMore(t *testing.T) {
	t.Parallel()
	if err := CheckExpression(heavy); err != nil {
		t.Fatal(err)
	}
	everything := Grant{Effect: Allow, Where: Where{Place: Everywhere}}
	holds := Grant{Effect: Allow, Where: Where{Place: Condition, Expression: `resource.id == "42"`}}
	for name, c := range map[string]struct {
		grants  []Grant
		text    string
		outcome Outcome
		reason  Reason
		spent   bool
	}{
		"many allows, little to look at":            {append(many(499, Allow, heavy), holds), "a", Allowed, Granted, false},
		"many allows":                               {append(many(499, Allow, heavy), holds), text8K, Refused, TooCostly, true},
		"many allows behind one that holds":         {append([]Grant{holds}, many(499, Allow, heavy)...), text8K, Allowed, Granted, false},
		"many denies, little to look at":            {append(many(499, Deny, heavy), everything), "a", Allowed, Granted, false},
		"many denies":                               {append(many(499, Deny, heavy), everything), text8K, Refused, Denied, true},
		"many allows beside one for every resource": {append(many(499, Allow, heavy), everything), text8K, Allowed, Granted, false},
		"many denies, and as many allows":           {append(many(250, Deny, heavy), many(250, Allow, heavy)...), text8K, Refused, Denied, true},
		"a deny that nobody came to, and an allow":  {append(append(many(20, Deny, heavy), many(1, Deny, `resource.id == "43"`)...), everything), text8K, Refused, Denied, true},
		"many walks": {
			append(many(499, Allow, `"abcdefgh".split("").exists(x, resource.text.contains(x + "b"))`), holds), text8K, Refused, TooCostly, true,
		},
	} {
		s, q := Compile(conditional(c.grants...)), asked(c.text)
		q.Meter = &Meter{}
		d, err := s.Decide(q)
		if err != nil || d.Outcome != c.outcome || d.Reason != c.reason {
			t.Errorf("%s: %v %s %v, want %v %s", name, d.Outcome, d.Reason, err, c.outcome, c.reason)
		}
		// The last call of all may go beyond.
		if most := uint64(maxTrial + 250*(8<<10)/lettersOfStep + stepsToAsk*500); q.Meter.steps > most {
			t.Errorf("%s: %d steps, want at most %d", name, q.Meter.steps, most)
		}
		if (q.Meter.steps >= maxTrial/2) != c.spent {
			t.Errorf("%s: %d steps", name, q.Meter.steps)
		}
		if c.spent && (d.Until.IsZero() || d.Until.After(q.Now.Add(15*time.Minute))) {
			t.Errorf("%s: until %v, and some of those that were not asked may read the clock", name, d.Until)
		}
	}
}

// What explains, and lists who may, keeps to that as well: not all that was not asked is
// for other resources.
func TestExplanationsOfCostlyDecisionsSaySo(t *testing.T) {
	t.Parallel()
	grants := many(300, Allow, heavy)
	for i := range grants { // each moment at which one ends is looked at
		grants[i].ExpiresAt = asked("").Now.Add(time.Duration(i+1) * time.Minute)
	}
	s, q := Compile(conditional(grants...)), asked(text8K)
	e, err := s.Explain(q)
	if err != nil || e.Reason != TooCostly || len(e.Changes) == 0 {
		t.Fatalf("%+v %v", e.Decision, err)
	}
	said := map[Verdict]int{}
	for _, c := range e.Grants {
		said[c.Verdict]++
	}
	if said[NotAsked] < 200 || said[OtherResource] == 0 || said[Counts] != 0 {
		t.Errorf("the grants are %v", said)
	}
	holders, err := Compile(conditional(many(500, Allow, `principal.id.matches("a{0,120}b") || resource.x`)...)).WhoCan(t.Context(), "shop/orders:read", "", q.Now)
	if err != nil || len(holders) != 1 || holders[0].Where != Condition {
		t.Errorf("who can: %v %v", holders, err)
	}
}

// A condition is compiled once, whatever else changes of who has it, and is forgotten
// with the last snapshot that has it.
func TestAConditionIsCompiledOnce(t *testing.T) {
	t.Parallel()
	const source = `resource.id == "of this test alone"`
	s := Compile(conditional(many(2, Allow, source)...))
	if _, err := s.Decide(asked("a")); err != nil {
		t.Fatal(err)
	}
	c := conditionOf(source)
	if c.program == nil {
		t.Error("what was asked is not compiled, or is another one")
	}
	runtime.KeepAlive(s)
	s, c = nil, nil
	for range 100 {
		runtime.GC()
		if _, there := programs.Load(source); !there {
			return
		}
		runtime.Gosched()
	}
	t.Error("it is kept although nobody has it")
}

// Who asks for everybody who may stops when nobody waits.
func TestWhoCanEndsWithItsRequest(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Compile(conditional(many(1, Allow, "true")...)).WhoCan(ctx, "shop/orders:read", "", asked("").Now); !errors.Is(err, context.Canceled) {
		t.Errorf("it ends with %v", err)
	}
}

// BenchmarkSteps measures what a step takes, with what may be written that takes most
// for what is counted of it.
func BenchmarkSteps(b *testing.B) {
	list := make([]any, 60_000)
	for i := range list {
		list[i] = "a"
	}
	names := map[string]any{}
	for i := range 20_000 {
		names[fmt.Sprint("n", i)] = "a"
	}
	var deep any = "a"
	for range 10 {
		deep = []any{deep, deep}
	}
	for name, expression := range map[string]string{
		"equality":      `resource.text == resource.other`,
		"attributes":    strings.TrimSuffix(strings.Repeat(`resource.id=="1"||`, 100), "||"),
		"pattern":       heavy,
		"small pattern": `resource.text.matches("^a+b$")`,
		"alternatives":  `resource.text.matches("(a|aa|aaa)*(b|c|d|e|f|g)*x")`,
		"contains":      `resource.text.contains(resource.half)`,
		"threads":       `resource.text.matches("a{0,120}b")`,
		"classes":       `resource.text.matches("([a-z]|[0-9]|x){1,20}[^a]")`,
		"words":         `resource.text.matches("(\\b|a|B){30}b$")`,
		"lowerAscii":    `resource.text.lowerAscii() == "b"`,
		"replace":       `resource.text.replace("a", "bb") == "b"`,
		"split":         `resource.text.split("") == ["b"]`,
		"size":          strings.TrimSuffix(strings.Repeat(`size(resource.text)==1||`, 60), "||"),
		"in":            `"b" in resource.list`,
		"walk":          `resource.list.exists(x, x == "b")`,
		"walk of names": `resource.names.exists(x, x == "b")`,
		"first name":    `resource.names.exists(x, true) && false`,
		"filter":        `resource.list.filter(x, x == "b") == []`,
		"map":           `resource.list.map(x, x) == []`,
		"deep":          `resource.deep == resource.deeper`,
		"groups":        `"b" in principal.groups`,
		"hour":          `localHour("Europe/Berlin") == 25`,
		"ip":            `isIP(request.ip) && ip(request.ip).isLoopback()`,
	} {
		b.Run(name, func(b *testing.B) {
			if err := CheckExpression(expression); err != nil {
				b.Fatal(err)
			}
			c := &condition{source: expression}
			c.compiled()
			q := asked(text8K)
			q.Request.IP = "2001:db8::1"
			for k, v := range map[string]any{"other": text8K + "b", "half": text8K[4<<10:] + "b", "list": list, "names": names, "deep": deep, "deeper": []any{deep}} {
				q.Resource.Attrs[k] = v
			}
			steps := uint64(0)
			for b.Loop() {
				trial := newTrial(q, nil, q.Now.UnixNano())
				trial.ask(c)
				steps += trial.took()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(steps), "ns/step")
			b.ReportMetric(float64(steps)/float64(b.N), "steps/op")
		})
	}
}

// BenchmarkCostlyDecision is the worst that one decision may take.
func BenchmarkCostlyDecision(b *testing.B) {
	s, q := Compile(conditional(many(500, Allow, heavy)...)), asked(text8K)
	for b.Loop() {
		if d, err := s.Decide(q); err != nil || d.Reason != TooCostly {
			b.Fatal(d, err)
		}
	}
}

// BenchmarkFirstAsked is what a condition takes that was not asked before: such a long
// one as may be written.
func BenchmarkFirstAsked(b *testing.B) {
	for i := 0; b.Loop(); i++ {
		c := condition{source: fmt.Sprintf(`resource.text.matches("a{0,90}b%d")`, i) + strings.Repeat(`||resource.id=="a"`, 110)}
		if c.compiled() == nil {
			b.Fatal(CheckExpression(c.source))
		}
	}
}
