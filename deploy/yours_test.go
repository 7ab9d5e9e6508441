package deploy

import (
	"strings"
	"testing"
)

// No file keeps a value of its own where somebody else's is known.
func TestTheFilesHaveOnesOwnValues(t *testing.T) {
	t.Parallel()
	y := Yours{Host: "orders.shop.test", App: "http://10.0.0.7:8000", Gate: ":9443", Edges: map[string]string{"nginx": "front", "traefik": "front", "caddy": "front"}}
	for _, f := range Files() {
		text := f.For(y)
		for _, left := range []string{exampleHost, exampleApp, exampleGate, "auth/nginx", "auth/traefik", "auth/caddy"} {
			if strings.Contains(text, left) {
				t.Errorf("%s still says %s", f.Name, left)
			}
		}
		for _, own := range []string{y.Host, "10.0.0.7:8000", "127.0.0.1:9443", "/.gatehouse/auth/front"} {
			example := map[string]string{y.Host: exampleHost, "10.0.0.7:8000": exampleApp, "127.0.0.1:9443": exampleGate, "/.gatehouse/auth/front": "/.gatehouse/auth/" + strings.ToLower(f.Proxy)}[own]
			if strings.Contains(f.Text, example) && !strings.Contains(text, own) {
				t.Errorf("%s does not say %s", f.Name, own)
			}
		}
	}
}

func TestAnApplicationWithTLSIsAskedWithTLS(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"nginx/api.conf":         "proxy_ssl_name app.internal;\n        proxy_pass https://app;",
		"traefik/gatehouse.yaml": "url: https://app.internal:443",
		"caddy/Caddyfile":        "reverse_proxy https://app.internal ",
	}
	for _, f := range Files() {
		if text := f.For(Yours{App: "https://app.internal"}); !strings.Contains(text, want[f.Name]) {
			t.Errorf("%s does not say %q:\n%s", f.Name, want[f.Name], text)
		}
		if f.For(Yours{}) != f.Text {
			t.Errorf("%s changes though nothing is known", f.Name)
		}
	}
	if api := Files()[0].For(Yours{App: "https://app.internal"}); !strings.Contains(api, "server app.internal:443;") {
		t.Errorf("nginx asks another port:\n%s", api)
	}
}
