package health

import (
	"net/http"
	"net/url"

	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/wire"
)

// configuration shows every key with its value and where that comes from. What is secret has
// stars instead.
func (d *Door) configuration(v *guard.Visit) error {
	all, err := settings(v)
	if err != nil {
		return err
	}
	p := configPage{frame: frame{Frame: v.Frame(), Settings: true}, All: all, Set: v.Query("set") == "yes"}
	p.Command = guard.Command("config", "show")
	return v.Show(http.StatusOK, p)
}

// settings are all keys, in their order.
func settings(v *guard.Visit) (all []wire.Setting, err error) {
	for asked := (url.Values{"limit": {"200"}}); ; {
		found, err := guard.Ask[admin.Page[wire.Setting]](v, "listSettings", admin.Input{Query: asked})
		if err != nil {
			return nil, err
		}
		if all = append(all, found.Body.Items...); found.Body.Next == "" {
			return all, nil
		}
		asked.Set("cursor", found.Body.Next)
	}
}
