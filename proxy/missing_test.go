package proxy

import (
	"slices"
	"testing"
)

// Whatever a route asks for in vain is named, be it a permission or an authority.
func TestWhatIsAskedForInVainHasAName(t *testing.T) {
	t.Parallel()
	vain := InVain([]Missing{{Route: "one", Permission: "shop/orders:read"}, {Route: "two", ClientCA: "devices"}, {Route: "two", Permission: "shop/orders:read"}})
	if !slices.Equal(vain["one"], []string{"shop/orders:read"}) || !slices.Equal(vain["two"], []string{"devices", "shop/orders:read"}) || len(vain) != 2 {
		t.Errorf("%v", vain)
	}
}
