package settings

import (
	"net/http"

	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/wire"
)

// The keys of how pages look.
const (
	keyName   = "brand.name"
	keyLogo   = "brand.logo"
	keyAccent = "brand.accent"
)

// readBrand returns how pages look now.
func readBrand(v *guard.Visit) (p brandPage, err error) {
	p.Frame, p.CanSet = v.Frame(), v.Can("setSetting", nil)
	for key, into := range map[string]*brandPart{keyName: &p.Name, keyLogo: &p.Logo, keyAccent: &p.Accent} {
		found, err := guard.Ask[admin.One[wire.Setting]](v, "getSetting", admin.Input{Path: guard.On("setting", key)})
		if err != nil {
			return p, err
		}
		*into = brandPart{Setting: found.Body, ETag: found.ETag, Value: found.Body.Value}
	}
	p.Command = guard.Command("setting", "set", keyName, "NAME")
	return p, nil
}

func (d *Door) askBrand(v *guard.Visit) error {
	p, err := readBrand(v)
	if err != nil {
		return err
	}
	if p.offered() {
		if err := v.Ready("setSetting", nil); err != nil {
			return err
		}
	}
	return v.Show(http.StatusOK, p)
}

// brand shows what was typed, or stores what of it is another than before: each setting by
// itself, as it was seen.
func (d *Door) brand(v *guard.Visit) error {
	p, err := readBrand(v)
	if err != nil {
		return err
	}
	now := map[*brandPart]string{&p.Name: p.Name.Value, &p.Accent: p.Accent.Value}
	for one, name := range map[*brandPart]string{&p.Name: "name", &p.Accent: "accent"} {
		if !one.Setting.Locked {
			one.Value = v.Value(name)
		}
	}
	if v.Value("do") == "check" {
		return v.Show(http.StatusOK, p)
	}
	for _, one := range []struct {
		*brandPart
		input string
	}{{&p.Name, "name"}, {&p.Accent, "accent"}} {
		if one.Value == now[one.brandPart] {
			continue
		}
		if err := one.save(v, v.Value("etag_"+one.input)); err != nil {
			return again(v, &p.Frame, renamed(err, one.input), func(status int) error { return v.Show(status, p) })
		}
	}
	return v.Done(pathBrand, "changed")
}

// save stores what was typed; nothing is the default.
func (p *brandPart) save(v *guard.Visit, etag string) error {
	if p.Value == "" {
		return restore(v, p.Setting.Path, etag)
	}
	return change(v, p.Setting.Path, etag, p.Value)
}
