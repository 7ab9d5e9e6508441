package auditlog

import (
	"net/url"
	"testing"
)

// The bars of the chart, and who types a moment, ask for a moment as browsers write it. The
// command line takes none without its zone.
func TestTheCommandUnderAListNamesMomentsThatItTakes(t *testing.T) {
	t.Parallel()
	f := frame{Asked: url.Values{"action": {"user."}, "since": {"2026-11-01T00:00"}, "until": {"2026-11-02T05:06:07Z"}}}
	if got, want := f.same("list"), "gatehouse audit list --action user. --since 2026-11-01T00:00:00Z --until 2026-11-02T05:06:07Z"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
