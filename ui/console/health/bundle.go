package health

import (
	"encoding/json"
	"fmt"
	"time"

	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/wire"
)

// bundle is what who helps needs to know: nothing that is secret, and nobody's name or address.
type bundle struct {
	Made     time.Time         `json:"made"`
	Health   wire.Health       `json:"health"`
	Settings []setting         `json:"settings,omitempty"`   // as far as the visitor may see them
	Days     []wire.DayFigures `json:"statistics,omitempty"` // of a fortnight
	Keys     []key             `json:"signing_keys,omitempty"`
}

// setting is a key of the configuration. What people wrote for others to read is left out, as what
// is secret is.
type setting struct {
	Path   string `json:"path"`
	Value  string `json:"value,omitempty"`
	Layer  string `json:"layer"`
	Source string `json:"source"`
}

// key is a signing key by what it does: neither half of it.
type key struct {
	Algorithm string    `json:"alg"`
	State     string    `json:"state"`
	Created   time.Time `json:"created"`
	SignsFrom time.Time `json:"signs_from,omitzero"`
	Until     time.Time `json:"until,omitzero"`
}

const bundleDays = 14

// bundle sends it as a file.
func (d *Door) bundle(v *guard.Visit) error {
	b, err := gather(v)
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		return fmt.Errorf("write the support bundle: %w", err)
	}
	h := v.W.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="gatehouse-support-`+b.Made.Format("20060102-150405")+`.json"`)
	h.Set("Cache-Control", "no-store")
	_, err = v.W.Write(append(text, '\n'))
	return err
}

// gather asks for what the visitor may see of it.
func gather(v *guard.Visit) (b bundle, err error) {
	b.Made = time.Now().UTC().Truncate(time.Second)
	found, err := guard.Ask[admin.One[wire.Health]](v, "getHealth", admin.Input{})
	if err != nil {
		return b, err
	}
	b.Health = found.Body
	if v.Can("listSettings", nil) {
		all, err := settings(v)
		if err != nil {
			return b, err
		}
		for _, s := range all {
			b.Settings = append(b.Settings, redacted(s))
		}
	}
	if v.Can("getStatistics", nil) {
		if b.Days, err = statistics(v, bundleDays); err != nil {
			return b, err
		}
	}
	if v.Can("listKeys", nil) {
		b.Keys, err = keysOf(v)
	}
	return b, err
}

// redacted is a setting without what may be about somebody: only what follows a form of ours is
// told, and texts that people wrote are not.
func redacted(s wire.Setting) setting {
	shown := setting{Path: s.Path, Value: s.Value, Layer: s.Layer, Source: s.Source}
	if written[s.Path] && s.Value != "" {
		shown.Value = "(set)"
	}
	return shown
}

// written are the settings whose values are texts or addresses of people.
var written = map[string]bool{
	"bootstrap.email": true, "bootstrap.name": true, "brand.name": true, "signin.help_text": true, "signin.help_url": true,
}

func keysOf(v *guard.Visit) (all []key, err error) {
	found, err := guard.Ask[admin.Page[wire.Key]](v, "listKeys", admin.Input{})
	if err != nil {
		return nil, err
	}
	for _, k := range found.Body.Items {
		all = append(all, key{k.Algorithm, string(k.State), k.Created, k.SignsFrom, k.Until})
	}
	return all, nil
}
