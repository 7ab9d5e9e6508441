package housetest

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gatehouse/config"
	"gatehouse/internal/gatetest"
	"gatehouse/internal/testpg"
	"gatehouse/ui/console/guard"
)

// awkward are values that anybody may send, each the edge of something: text that a database refuses,
// numbers beyond what it keeps, the ends of the calendar in every zone.
var awkward = []string{
	"", "a\x00b", "\xff", "_%\\", "'", "ä", strings.Repeat("a", 20_000), "*", "..", "a,,c", ":x", "user:\x00",
	"-1", "0", "1001", "9223372036854775807", "9223372036854775808", "NaN",
	"0000-01-01", "0001-01-01", "2026-02-30", "9999-12-31", "10000-01-01", "9999-12", "0000-01",
	"0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "1677-09-21T00:12:43Z", "1970-01-01T00:00:00+14:00",
	"2262-04-11T23:47:17Z", "9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59-14:00",
	"usr_" + strings.Repeat("a", 32), "https://[::1", "javascript:alert(1)",
}

// No value of a parameter is a failure of ours, and no page of the console fails by one.
func TestNoValueOfAParameterIsAFailure(t *testing.T) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		takesAwkward(t, newSteering(t))
	})
	t.Run("Postgres", func(t *testing.T) {
		testpg.Server(t)
		t.Parallel()
		takesAwkward(t, newSteering(t, gatetest.OnPostgres(testpg.URL(t))))
	})
	t.Run("console", func(t *testing.T) {
		t.Parallel()
		s := newSteering(t, func(c *config.Config) { c.Limits.Bad.Enabled = false })
		there := s.targets()
		s.Settle()
		b := atConsole(t, s.Gate, s.Person("ada", gatetest.TOTP, gatetest.Administrator))
		for _, pattern := range s.Server.Patterns() {
			path, get := strings.CutPrefix(pattern, "GET ")
			if !get || !strings.HasPrefix(path, guard.Root) || path == guard.PathSignIn || path == "/console/audit/tail" {
				continue
			}
			at := pathParts.ReplaceAllStringFunc(path, func(part string) string { return there[strings.Trim(part, "{}")] })
			for _, value := range awkward {
				q := url.Values{"permission": {"target/things:read"}}
				for _, name := range []string{"at", "day", "month", "q", "since", "until"} {
					q.Set(name, value)
				}
				if page := b.Get(at + "?" + q.Encode()); page.Status >= http.StatusInternalServerError {
					t.Errorf("%s with %.60q: status %d", path, value, page.Status)
				}
			}
		}
	})
}

func takesAwkward(t *testing.T, s *steering) {
	t.Helper()
	there := s.targets()
	s.Settle()
	for _, d := range documented(t) {
		if d.method != http.MethodGet {
			continue
		}
		for _, p := range d.Parameters {
			for _, value := range awkward {
				q, err := url.ParseQuery(needed(d.ID))
				must(t, err)
				about := there
				if p.In == "query" {
					q.Set(p.Name, value)
				} else {
					about = maps.Clone(there)
					about[p.Name] = url.PathEscape(value)
				}
				a := s.call(s.boss, http.MethodGet, d.about(about)+"?"+q.Encode(), nil)
				if a.Status >= http.StatusInternalServerError {
					t.Errorf("%s with %s=%.60q: status %d", d.ID, p.Name, value, a.Status)
				}
			}
		}
	}
}
