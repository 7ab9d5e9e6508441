package wire

import (
	"encoding/json"
	"testing"
	"time"
)

func TestChangedTellsTheFieldsThatAreNotAsTheyWere(t *testing.T) {
	t.Parallel()
	was := Role{ID: "support", Permissions: []string{"shop/orders:read"}, Parents: []string{}, Updated: time.Unix(1, 0).UTC()}
	is := was
	is.Permissions, is.MaxGrant, is.Updated = []string{"shop/orders:read", "shop/orders:<>"}, "8h", time.Unix(2, 0).UTC()
	for name, c := range map[string]struct {
		Changed
		want string
	}{
		"more and something new": {Changed{was, is}, `[{"field":"max_grant","before":null,"after":"8h"},{"field":"permissions","before":["shop/orders:read"],"after":["shop/orders:read","shop/orders:\u003c\u003e"]}]`},
		"something that goes":    {Changed{is, was}, `[{"field":"max_grant","before":"8h","after":null},{"field":"permissions","before":["shop/orders:read","shop/orders:\u003c\u003e"],"after":["shop/orders:read"]}]`},
		"nothing":                {Changed{was, was}, `[]`},
	} {
		text, err := json.Marshal(c.Changed)
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			ID      string          `json:"id"`
			Changed json.RawMessage `json:"changed"`
		}
		if err := json.Unmarshal(text, &got); err != nil || got.ID != "support" || string(got.Changed) != c.want {
			t.Errorf("%s: %s (%v), want changed %s", name, text, err, c.want)
		}
	}
}
