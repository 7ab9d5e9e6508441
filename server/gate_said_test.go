package server

import "testing"

func TestOneRouteIsNotSaidAsSeveral(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "no routes", 1: "1 route", 2: "2 routes"} {
		if got := routesSaid(n); got != want {
			t.Errorf("%d: %q", n, got)
		}
	}
}
