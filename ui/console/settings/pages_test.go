package settings

import (
	"testing"

	"gatehouse/ui/console/guard"
	"gatehouse/ui/view"
	"gatehouse/ui/view/viewtest"
	"gatehouse/wire"
)

func TestPagesOfSettingsAreWellMade(t *testing.T) {
	t.Parallel()
	f := guard.Frame{Form: viewtest.Form()}
	bad := "42"
	idle := wire.Setting{Path: "session.idle", Value: "7d", Default: "7d", Source: "default", Layer: "default", Changeable: true}
	kept := wire.Setting{Path: "signin.mfa", Value: "everybody", Default: "administrators", Source: "database", Layer: "database", Changeable: true}
	fixed := wire.Setting{Path: "brand.name", Value: "A", Default: "Gatehouse", Source: "gatehouse.yaml:3", Layer: "file", Changeable: true, Locked: true, Stored: &bad}
	odd := wire.Setting{Path: "brand.accent", Source: "default", Layer: "default", Changeable: true, Stored: &bad, Problem: "42"}
	help := wire.Setting{Path: "signin.help_text", Layer: "default", Changeable: true}
	min := wire.Setting{Path: "passwords.min_length", Value: "12", Default: "12", Layer: "derived", Source: "42", Changeable: true}
	one := func(s wire.Setting) settingPage {
		return settingPage{Frame: f, Setting: s, ETag: `"1"`, Value: s.Value, CanSet: true, CanUnset: true}
	}
	wrong := one(idle)
	wrong.Frame = guard.Frame{Form: viewtest.Wrong()}
	looks := brandPage{Frame: f, Name: brandPart{Setting: fixed, Value: "A"}, Logo: brandPart{Setting: wire.Setting{Layer: "default"}}, Accent: brandPart{Setting: odd, Value: "#ffd500"}, CanSet: true}
	pictured := looks
	pictured.Logo.Setting.Value = "/logo.png"
	plain := looks
	plain.Accent.Value, plain.Name.Value = "", ""
	none := looks
	none.Accent.Value, none.CanSet = "42", false
	viewtest.Crawl(t, map[string]view.Page{
		"settings":               listPage{Frame: f, Settings: []wire.Setting{odd, fixed, idle, kept, help, min}},
		"setting of time":        one(idle),
		"setting of time, wrong": wrong,
		"setting of choice":      one(kept),
		"setting of a name":      one(fixed),
		"setting of a colour":    one(odd),
		"setting of text":        one(help),
		"setting of a number":    one(min),
		"unset":                  one(kept).unset(),
		"unset a text":           one(help).unset(),
		"brand":                  looks,
		"brand, plain":           plain,
		"brand, picture":         pictured,
		"brand, no colour":       none,
	})
}
