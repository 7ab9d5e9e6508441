package routes

import (
	"slices"
	"testing"

	"gatehouse/gate"
	"gatehouse/ui/console/part"
)

// A form sends its ticks in an order of its own: that alone changes nothing.
func TestTheOrderOfWaysIsNoChange(t *testing.T) {
	t.Parallel()
	before := gate.RouteSpec{Authn: []string{gate.BySession, gate.ByBearer}, Match: gate.MatchSpec{Methods: []string{"GET", "POST"}}}
	after := gate.RouteSpec{Authn: []string{gate.ByBearer, gate.BySession}, Match: gate.MatchSpec{Methods: []string{"GET", "PUT"}}}
	if got, want := changes(before, after), []part.Change{{Name: "match.methods", Before: "GET, POST", After: "GET, PUT"}}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
