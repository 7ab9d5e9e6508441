package gate

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gatehouse/fault"
)

// Each limit of a route is counted apart, under a name of its own.
func TestTheLimitsOfARouteHaveNamesOfTheirOwn(t *testing.T) {
	t.Parallel()
	ip, sub := RateSpec{Per: "ip", Limit: "10/s"}, RateSpec{Per: "sub", Limit: "100/h", Burst: 5}
	for name, c := range map[string]struct {
		rates []RateSpec
		want  string
	}{
		"none":      {nil, ""},
		"one":       {[]RateSpec{sub}, "x"},
		"two":       {[]RateSpec{ip, sub}, "x/ip x/sub"},
		"of a kind": {[]RateSpec{ip, {Per: "ip", Limit: "100/h"}, sub, {Per: "ip", Limit: "500/h"}}, "x/ip x/ip/2 x/sub x/ip/3"},
	} {
		route := guarded()
		route.Limits.Rate = c.rates
		s, err := Compile([]Object{{ID: "app", Upstream: &UpstreamSpec{Targets: []string{"http://app:80"}}}, {ID: "x", Route: route}})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var names []string
		for _, r := range s.Routes()[0].Rates {
			names = append(names, r.Name)
		}
		if got := strings.Join(names, " "); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// guarded is a route that knows callers.
func guarded() *RouteSpec {
	r := public("app")
	r.Public, r.Authorize = false, AuthorizeSpec{API: "shop", Permission: "orders:read"}
	return r
}

func TestLimitsThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	sub := RateSpec{Per: "sub", Limit: "10/s"}
	socket := func(rate MessageRateSpec) func(*RouteSpec) {
		return func(r *RouteSpec) { r.Stream.WebSocket = &WebSocketSpec{Rate: rate} }
	}
	for name, c := range map[string]struct {
		change func(*RouteSpec)
		field  string
	}{
		"twice": {func(r *RouteSpec) { r.Limits.Rate = []RateSpec{sub, sub} }, "spec.limits.rate[1]"},
		"too many": {func(r *RouteSpec) {
			for i := range maxRates + 1 {
				r.Limits.Rate = append(r.Limits.Rate, RateSpec{Per: "sub", Limit: fmt.Sprintf("%d/s", i+1)})
			}
		}, "spec.limits.rate"},
		"the second of nobody":       {func(r *RouteSpec) { r.Limits.Rate = []RateSpec{sub, {Per: "user", Limit: "1/s"}} }, "spec.limits.rate[1].per"},
		"the second without a limit": {func(r *RouteSpec) { r.Limits.Rate = []RateSpec{sub, {Per: "ip"}} }, "spec.limits.rate[1].limit"},
		"messages without a limit":   {socket(MessageRateSpec{Burst: 1}), "spec.stream.websocket.rate.limit"},
		"messages of no time":        {socket(MessageRateSpec{Limit: "5/d"}), "spec.stream.websocket.rate.limit"},
		"a burst of less than none":  {socket(MessageRateSpec{Limit: "5/s", Burst: -1}), "spec.stream.websocket.rate.burst"},
	} {
		route := guarded()
		c.change(route)
		_, err := Compile([]Object{{ID: "x", Route: route}, {ID: "app", Upstream: &UpstreamSpec{Targets: []string{"http://app:80"}}}})
		f, ok := errors.AsType[*fault.Error](err)
		if !ok || len(f.Fields) != 1 || f.Fields[0].Name != "objects[0]."+c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	route := guarded()
	socket(MessageRateSpec{Limit: "20/s"})(route)
	s, err := Compile([]Object{{ID: "x", Route: route}, {ID: "app", Upstream: &UpstreamSpec{Targets: []string{"http://app:80"}}}})
	if err != nil || s.Routes()[0].Stream.Messages != (MessageRate{20, 50 * time.Millisecond}) {
		t.Errorf("%+v, %v", s, err)
	}
}
