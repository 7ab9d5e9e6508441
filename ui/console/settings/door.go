// Package settings is the console's area of what of the configuration may be changed while
// Gatehouse runs: what it is, where it comes from, and what keeps it from being changed here.
// How the pages look for people has a page of its own, which shows it before it counts.
package settings

import (
	"net/http"
	"net/url"
	"slices"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/words"
	"gatehouse/web"
	"gatehouse/wire"
)

// Section is the area's entry of the navigation.
var Section = guard.Section{Path: path, Operation: "listSettings", Label: func(say *words.Catalogue) string { return string(say.ConsoleSettings.Title) }}

const (
	path      = "/console/settings"
	pathBrand = path + "/brand"
)

// Door serves the pages.
type Door struct{ Guard *guard.Guard }

// Mount registers the pages. A form is sent to the path of its page.
func (d *Door) Mount(m *web.Mux) {
	page := func(method, path string, h guard.Handler) { d.Guard.Route(m, method+" "+path, h) }
	page("GET", path, d.list)
	page("GET", pathBrand, d.askBrand)
	page("POST", pathBrand, d.brand)
	page("GET", path+"/{setting}", d.setting)
	page("POST", path+"/{setting}", d.set)
	page("GET", path+"/{setting}/unset", d.askUnset)
	page("POST", path+"/{setting}/unset", d.unset)
}

// pathOf is the page of a setting.
func pathOf(setting string) string { return path + "/" + url.PathEscape(setting) }

// Read returns all settings, in the order of their keys.
func Read(v *guard.Visit) (all []wire.Setting, err error) {
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

func (d *Door) list(v *guard.Visit) error {
	all, err := Read(v)
	if err != nil {
		return err
	}
	p := listPage{Frame: v.Frame(), Settings: slices.DeleteFunc(all, func(s wire.Setting) bool { return !s.Changeable })}
	p.Command = guard.Command("setting", "list")
	return v.Show(http.StatusOK, p)
}

// on names the setting of the address.
func on(v *guard.Visit) map[string]string { return guard.On("setting", v.R.PathValue("setting")) }

// read returns the setting of the address, which is one that may be changed.
func read(v *guard.Visit) (settingPage, error) {
	found, err := guard.Ask[admin.One[wire.Setting]](v, "getSetting", admin.Input{Path: on(v)})
	if err != nil {
		return settingPage{}, err
	}
	if !found.Body.Changeable {
		return settingPage{}, fault.Missing("setting")
	}
	p := settingPage{Frame: v.Frame(), Setting: found.Body, ETag: found.ETag, Value: found.Body.Value, CanSet: v.Can("setSetting", nil), CanUnset: v.Can("unsetSetting", nil)}
	p.Command = sets(p.Setting.Path, p.Value)
	return p, nil
}

func (d *Door) setting(v *guard.Visit) error {
	p, err := read(v)
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

func (d *Door) set(v *guard.Visit) error {
	p, err := read(v)
	if err != nil {
		return err
	}
	p.Fresh = p.form
	p.Value = v.Value("value")
	p.Command = sets(p.Setting.Path, p.Value)
	if err := change(v, p.Setting.Path, v.Value("etag"), p.Value); err != nil {
		return again(v, &p.Frame, err, func(status int) error { return v.Show(status, p) })
	}
	return v.Done(path, "changed")
}

// sets is the command that stores a value.
func sets(setting, value string) string {
	return guard.Run("setting", "set").On(setting, value).String()
}

// change stores the value of a setting as its page showed it.
func change(v *guard.Visit, setting, etag, value string) error {
	_, err := guard.Ask[admin.One[wire.Setting]](v, "setSetting", admin.Input{Path: guard.On("setting", setting), IfMatch: etag, Body: admin.SettingChange{Value: value}})
	return err
}

// again shows the page of a form that was refused, if who sent it can mend it.
func again(v *guard.Visit, f *guard.Frame, err error, show func(status int) error) error {
	status, ok := v.Reject(f, err)
	if !ok {
		return err
	}
	return show(status)
}

func (d *Door) askUnset(v *guard.Visit) error {
	if err := v.Ready("unsetSetting", nil); err != nil {
		return err
	}
	p, err := read(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, p.unset())
}

func (d *Door) unset(v *guard.Visit) error {
	p, err := read(v)
	if err != nil {
		return err
	}
	if err := restore(v, p.Setting.Path, v.Value("etag")); err != nil {
		return again(v, &p.Frame, err, func(status int) error { return v.Show(status, p.unset()) })
	}
	return v.Done(path, "unset")
}

// restore lets the default of a setting count again.
func restore(v *guard.Visit, setting, etag string) error {
	_, err := guard.Ask[admin.Nothing](v, "unsetSetting", admin.Input{Path: guard.On("setting", setting), IfMatch: etag})
	return err
}

// renamed is err with what is wrong at the input of another name.
func renamed(err error, name string) error {
	return fault.Renamed(err, func(f fault.Field) fault.Field { return fault.Field{Name: name, Problem: f.Problem} })
}
