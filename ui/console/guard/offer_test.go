package guard

import (
	"slices"
	"testing"

	"gatehouse/ui/console/part"
)

func TestNamesThatAreNearAreProposed(t *testing.T) {
	t.Parallel()
	var all []part.Option
	for _, name := range []string{"sales", "sales-lead", "support", "auditor", "shop/orders:read", "shop/orders:write"} {
		all = append(all, part.Option{Value: name})
	}
	for text, want := range map[string][]string{
		"sale": {"sales", "sales-lead"}, "SALES": {"sales", "sales-lead"}, "suport": {"support"}, "auditors": {"auditor"}, "orders:read": {"shop/orders:read"},
		"shop/order:read": {"shop/orders:read"}, "": nil, "nothing like it": nil,
	} {
		if got := Near(text, all); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
