package admin

import (
	"context"
	"net/http"
	"slices"

	"gatehouse/fault"
	"gatehouse/settings"
	"gatehouse/wire"
)

// settings adds the routes of the configuration.
func (d *Door) settings() {
	const all, one = "/settings", "/settings/{setting}"
	of := func(rt Route) Route {
		rt.Kind, rt.Param = settings.KindSetting, "setting"
		return rt
	}
	add(d, Route{Method: http.MethodGet, Path: all, ID: "listSettings", Permission: "settings:read", Summary: "List the settings in the order of their keys, each with where it comes from"}, d.listSettings)
	add(d, of(Route{Method: http.MethodGet, Path: one, ID: "getSetting", Permission: "settings:read", Summary: "See a setting, where it comes from, and whether it may be changed here"}), d.getSetting)
	add(d, of(Route{Method: http.MethodPut, Path: one, ID: "setSetting", Permission: "settings:write", Summary: "Change a setting that may be changed while Gatehouse runs, on every replica", Guarded: true}), d.setSetting)
	add(d, of(Route{Method: http.MethodDelete, Path: one, ID: "unsetSetting", Permission: "settings:write", Summary: "Take a setting out of the database, so that its default counts", Guarded: true}), d.unsetSetting)
}

func (d *Door) listSettings(ctx context.Context, c *Call, in *Paged) (*Page[wire.Setting], error) {
	after, err := d.place(c)
	if err != nil {
		return nil, err
	}
	all, err := d.Figures.Settings(ctx)
	if err != nil {
		return nil, err
	}
	page, next := slice(all, after, in.Limit, func(s wire.Setting) string { return s.Path })
	return pageOf(d, c, page, next, func(s wire.Setting) wire.Setting { return s })
}

// SettingPath names a setting.
type SettingPath struct {
	Setting string `path:"setting" maxLength:"128" doc:"The path of its key, such as session.idle"`
}

type partOfSettingIn struct {
	SettingPath
	Partial
}

func (d *Door) getSetting(ctx context.Context, _ *Call, in *partOfSettingIn) (*One[wire.Setting], error) {
	return d.setting(ctx, in.Setting)
}

// setting is what there is of a key. The revision is read first: a value that is newer
// than its ETag is refused when somebody would change it, and an older one would not be.
func (d *Door) setting(ctx context.Context, key string) (*One[wire.Setting], error) {
	stored, err := d.Settings.Get(ctx, key)
	if err != nil {
		return nil, err
	}
	all, err := d.Figures.Settings(ctx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(s wire.Setting) bool { return s.Path == key })
	if i < 0 { // it is of the items of a list, of which there are none
		return nil, fault.Missing("setting")
	}
	return &One[wire.Setting]{ETag: etag(stored.Rev), Body: all[i]}, nil
}

// SettingChange is what a setting is to be.
type SettingChange struct {
	Value string `json:"value" maxLength:"4096" doc:"As it would be written in the file: 12h, 30d, true"`
}

type settingChangeIn struct {
	SettingPath
	Body SettingChange
}

func (d *Door) setSetting(ctx context.Context, c *Call, in *settingChangeIn) (*One[wire.Setting], error) {
	if _, err := d.Settings.Set(ctx, c.By, in.Setting, in.Body.Value, c.Matches); err != nil {
		return nil, err
	}
	return d.setting(ctx, in.Setting)
}

func (d *Door) unsetSetting(ctx context.Context, c *Call, in *SettingPath) (*Nothing, error) {
	return &Nothing{}, d.Settings.Unset(ctx, c.By, in.Setting, c.Matches)
}
