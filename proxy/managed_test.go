package proxy

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Whoever speaks for somebody is refused at other proxies, and goes no further at the gate
// itself, however long the rest of the name is.
func TestNoHeaderSpeaksForSomebody(t *testing.T) {
	for _, m := range managedHeaders {
		for _, name := range []string{strings.TrimSuffix(m.name, "*"), strings.Replace(m.name, "*", "x", 1), strings.ToUpper(strings.Replace(m.name, "*", "User", 1))} {
			if name == strings.TrimSuffix(m.name, "*") && strings.HasSuffix(name, "-") {
				continue // no name
			}
			if !Strips(name) {
				t.Errorf("%s goes on", name)
			}
			if m.speaks && !speaks(name) {
				t.Errorf("%s speaks for somebody, and is not refused", name)
			}
		}
	}
	for name, want := range map[string]bool{
		"Cf-Access-Authenticated-User-Email": true, "Cf-Access-Jwt-Assertion": true, "X-Appengine-User-Email": true, "X-Forwarded-User": true, "X-Original-Url": true,
		"Cf-Connecting-Ip": false, "X-Appengine-User-Ip": false, "X-Forwarded-For": false, "X-Original-Uri": false, "Accept": false, "X-Harmless": false,
	} {
		if speaks(name) != want {
			t.Errorf("%s speaks for somebody: %t, want %t", name, !want, want)
		}
	}
}

// taken are how the file of each proxy takes away a header, or writes it: by its name, or by
// how names begin or end.
var taken = map[string]*regexp.Regexp{
	"nginx/gatehouse-location.conf": regexp.MustCompile(`(?m)^proxy_set_header (\S+)()()`),
	"haproxy/haproxy.cfg":           regexp.MustCompile(`(?m)^ *http-request (?:del|set)-header (\S+)(?: -m (beg)| -m (end))?`),
	"traefik/gatehouse.yaml":        regexp.MustCompile(`(?m)^ {10}(?:- )?([A-Z][A-Za-z0-9-]+)(?:: "".*|: "…".*)?()()$`),
	"caddy/Caddyfile":               regexp.MustCompile(`(?m)^\s*request_header -([A-Za-z0-9-]+)(\*)?()$`),
}

// theirs are headers that each of them writes by itself, or sends to nobody: what is about one
// connection, and what the answer of the gate is written over.
var theirs = []string{"x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "trailer", "te", "x-request-id", "authorization"}

// The file of each proxy takes away what the gate would, and does not refuse there.
func TestTheFilesForOtherProxiesTakeAwayWhatTheGateWould(t *testing.T) {
	for file, how := range taken {
		text, err := os.ReadFile(filepath.Join("../deploy", file))
		if err != nil {
			t.Fatal(err)
		}
		found := how.FindAllStringSubmatch(string(text), -1)
		takes := func(name string) bool {
			return slices.ContainsFunc(found, func(one []string) bool {
				by := strings.ToLower(one[1])
				return by == name || one[2] != "" && strings.HasPrefix(name, by) || one[3] != "" && strings.HasSuffix(name, by)
			})
		}
		for _, m := range managedHeaders {
			if m.speaks || strings.HasSuffix(m.name, "*") || slices.Contains(theirs, m.name) {
				continue
			}
			if !takes(m.name) {
				t.Errorf("%s neither takes away %s, nor is it refused", file, m.name)
			}
		}
	}
}
