package keyring

import (
	"testing"
	"time"

	"gatehouse/keys"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/view"
	"gatehouse/ui/view/viewtest"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

func TestPagesOfKeysAreWellMade(t *testing.T) {
	t.Parallel()
	f, now := guard.Frame{Form: viewtest.Form()}, time.Date(2026, 3, 1, 12, 4, 0, 0, time.UTC)
	day := 24 * time.Hour
	signing := wire.Key{ID: "a", Algorithm: keys.ES256, State: keys.Signing, Created: now.Add(-9 * day), SignsFrom: now.Add(-8 * day), Public: []byte(`{}`)}
	next := wire.Key{ID: "b", Algorithm: keys.ES256, State: keys.Announced, Created: now, SignsFrom: now.Add(day), Public: []byte(`{}`)}
	over := wire.Key{ID: "c", Algorithm: keys.ES256, State: keys.Retiring, Created: now.Add(-40 * day), SignsFrom: now.Add(-39 * day), Until: now.Add(day), Public: []byte(`{}`)}
	gone := wire.Key{ID: "d", Algorithm: keys.ES256, State: keys.Retired, Created: now.Add(-90 * day)}
	mistyped := revokePage{Frame: f, Now: now, Key: signing, Mistyped: true}
	viewtest.Crawl(t, map[string]view.Page{
		"keys":               listPage{Frame: f, Now: now, Keys: []wire.Key{signing, next, over, gone}, All: true, More: true, Every: 30 * day, CanRotate: true, CanRevoke: true},
		"keys, to see":       listPage{Frame: f, Now: now, Keys: []wire.Key{signing}},
		"keys, none":         listPage{Frame: f, Now: now},
		"rotate":             rotatePage{Frame: f, Algorithm: keys.ES256, Seen: "a"},
		"rotate, announced":  rotatePage{Frame: f, Algorithm: keys.ES256, Seen: "a b", Announced: true},
		"revoke":             revokePage{Frame: f, Now: now, Key: signing, Next: true},
		"revoke, mistyped":   mistyped,
		"revoke, announced":  revokePage{Frame: f, Now: now, Key: next},
		"revoke, retiring":   revokePage{Frame: f, Now: now, Key: over},
		"revoke, of history": revokePage{Frame: f, Now: now, Key: gone},
	})
}

// A timeline has room for all that it shows.
func TestTheTimelineReachesFromTheFirstKeyToTheLastEnd(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 4, 0, 0, time.UTC)
	first, last := now.Add(-50*24*time.Hour), now.Add(20*24*time.Hour)
	p := listPage{Now: now, Every: 30 * 24 * time.Hour, Keys: []wire.Key{
		{ID: "a", State: keys.Signing, Created: now.Add(-11 * 24 * time.Hour), SignsFrom: now.Add(-10 * 24 * time.Hour)},
		{ID: "b", State: keys.Retiring, Created: first, Until: now.Add(time.Hour)},
		{ID: "c", State: keys.Retired, Created: now.Add(-500 * 24 * time.Hour)},
	}}
	if l := p.lives(words.Shipped().Choose(nil, "en")); len(l.Spans) != 2 || !l.From.Equal(first) || !l.Until.Equal(last) {
		t.Errorf("%d keys from %s until %s", len(l.Spans), l.From, l.Until)
	}
}

// Of each key stands what it does and until when, in the order of its life, one algorithm after the other.
func TestOfEachKeyStandsWhatItDoes(t *testing.T) {
	t.Parallel()
	say, now := words.Shipped().Named("en"), time.Date(2026, 3, 1, 12, 4, 0, 0, time.UTC)
	signing := wire.Key{ID: "a", Algorithm: keys.ES256, State: keys.Signing, SignsFrom: now.Add(-time.Hour)}
	next := wire.Key{ID: "b", Algorithm: keys.ES256, State: keys.Announced, SignsFrom: now.Add(5 * time.Hour)}
	over := wire.Key{ID: "c", Algorithm: keys.ES256, State: keys.Retiring, SignsFrom: now.Add(-9 * time.Hour), Until: now.Add(25 * time.Hour)}
	since, then, end := say.Moment(signing.SignsFrom), say.Moment(next.SignsFrom), say.Moment(over.Until)
	for want, c := range map[string]struct {
		page listPage
		key  wire.Key
	}{
		"Signs new tokens since " + since + ".": {listPage{Keys: []wire.Key{signing}}, signing},
		"Signs new tokens since " + since + ". The next key takes over about " + say.Moment(now.Add(time.Hour)) + ".": {listPage{Keys: []wire.Key{signing}, Every: 2 * time.Hour}, signing},
		"Signs new tokens since " + since + ". The next key takes over at " + then + ".":                              {listPage{Keys: []wire.Key{signing, next}, Every: 2 * time.Hour}, signing},
		"Applications know it already; it signs nothing yet. It takes over at " + then + ".":                          {listPage{}, next},
		"Signs nothing any more. What it signed is believed until " + end + ".":                                       {listPage{}, over},
		"Nothing. What it signed is over, and it is kept for the record.":                                             {listPage{}, wire.Key{State: keys.Retired}},
	} {
		if got := c.page.does(say, c.key); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
