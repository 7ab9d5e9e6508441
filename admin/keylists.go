package admin

import (
	"slices"
	"strings"
	"time"

	"gatehouse/access"
)

// KeysListed are the parameters of a list of keys of one owner, of which there are few.
type KeysListed struct {
	State string `query:"state" enum:"active,over" doc:"Those that are good, or over and still told of"`
	Sort  string `query:"sort" enum:"created,-created,expires_at,-expires_at,last_used,-last_used" default:"-created" doc:"Their order, with - the opposite one; what never ends comes behind all that does, and what was never used before all that was"`
	Partial
}

// of are those keys of all that are wanted, in their order.
func (in *KeysListed) of(all []access.KeyRecord, now time.Time) []access.KeyRecord {
	all = slices.DeleteFunc(all, func(k access.KeyRecord) bool { return in.State != "" && k.OverAt(now) != (in.State == "over") })
	return sorted(all, in.Sort, map[string]func(access.KeyRecord) time.Time{
		"created": func(k access.KeyRecord) time.Time { return k.Created },
		"expires_at": func(k access.KeyRecord) time.Time {
			if ends := k.Ends(); !ends.IsZero() {
				return ends
			}
			return time.Unix(1<<40, 0)
		},
		"last_used": func(k access.KeyRecord) time.Time { return k.Used },
	})
}

// sorted puts what is few in the order of one of its times, which sort names, with - in
// the opposite one.
func sorted[T any](all []T, sort string, times map[string]func(T) time.Time) []T {
	by, backwards := strings.CutPrefix(sort, "-")
	at := times[by]
	slices.SortStableFunc(all, func(a, b T) int {
		if backwards {
			a, b = b, a
		}
		return at(a).Compare(at(b))
	})
	return all
}
