package storetest

import (
	"testing"
	"time"

	"gatehouse/settings"
	"gatehouse/store"
)

func testSettings(t *testing.T, s *store.Store) {
	ctx := t.Context()
	first := must[int64](t)(s.RaiseSettings(ctx))
	same(t, must[int64](t)(s.RaiseSettings(ctx)), first+1)
	same(t, len(must[[]settings.Setting](t)(s.Settings(ctx))), 0)
	idle := settings.Setting{Key: "session.idle", Value: "12h", Rev: 2, Updated: now}
	text := settings.Setting{Key: "signin.help_text", Value: "Call 4711.\nOr ask 林.", Rev: 3, Updated: now}
	ok(t, s.PutSetting(ctx, text))
	ok(t, s.PutSetting(ctx, idle))
	same(t, must[[]settings.Setting](t)(s.Settings(ctx)), []settings.Setting{idle, text})
	idle.Value, idle.Rev, idle.Updated = "", 4, now.Add(time.Second)
	ok(t, s.PutSetting(ctx, idle))
	ok(t, s.DeleteSetting(ctx, "signin.help_text"))
	ok(t, s.DeleteSetting(ctx, "signin.help_text"))
	same(t, must[[]settings.Setting](t)(s.Settings(ctx)), []settings.Setting{idle})
}
