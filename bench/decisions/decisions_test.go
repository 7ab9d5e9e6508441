package decisions

import (
	"fmt"
	"testing"
)

type maker func(h house) (engine, error)

func makers(h house) []maker {
	if h.conditional { // casbin caches what is asked by texts alone
		return []maker{gatehouse, cedarGo, opa, casbinPlain}
	}
	return []maker{gatehouse, cedarGo, opa, casbinCached, casbinPlain}
}

func BenchmarkDecision(b *testing.B) {
	for _, rules := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprint(rules, " rules"), func(b *testing.B) { beside(b, house{rules: rules}) })
	}
}

func BenchmarkDecisionWithACondition(b *testing.B) {
	b.Run("10000 rules", func(b *testing.B) { beside(b, house{rules: 10_000, conditional: true}) })
}

// beside times each engine once all of them have given the right answers.
func beside(b *testing.B, h house) {
	for _, e := range agreeing(b, h) {
		b.Run(e.name, func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				if _, err := e.ask(i); err != nil {
					b.Fatal(err)
				}
				if i++; i == probes {
					i = 0
				}
			}
		})
	}
}

// agreeing makes all engines of h, and fails where one of them answers a probe
// otherwise than the house means it.
func agreeing(t testing.TB, h house) (all []engine) {
	t.Helper()
	for _, make := range makers(h) {
		e, err := make(h)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second time from a cache
			for i, one := range h.probes() {
				if got, err := e.ask(i); err != nil || got != one.want {
					t.Fatalf("%s answers %+v with %v, %v", e.name, one, got, err)
				}
			}
		}
		all = append(all, e)
	}
	return all
}

func TestAllEnginesGiveTheSameAnswers(t *testing.T) {
	for _, conditional := range []bool{false, true} {
		agreeing(t, house{rules: 1_000, conditional: conditional})
	}
}
