package housetest

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/gate"
	"gatehouse/internal/freeport"
)

// built are the proxies that scripts/test-fronts builds or fetches, by the files in deploy/:
// they take the place of what asks as they do.
var built = map[gate.Dialect]func(t *testing.T, g *edged) *front{gate.Caddy: caddy, gate.Envoy: envoyItself}

// tested are the proxies before which the tests run.
func tested() map[gate.Dialect]func(t *testing.T, g *edged) *front {
	if os.Getenv("GATEHOUSE_TEST_FRONTS") != "" {
		return built
	}
	return fronts
}

// builtProgram is one that scripts/test-fronts has brought.
func builtProgram(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("../../tools/fronts/bin", name))
	must(t, err)
	if !serverIsThere(path) {
		t.Fatalf("%s is not there: make test/fronts brings it", name)
	}
	return path
}

// caddyMain is what an installation of Caddy has around sites; its own API is of no use here.
const caddyMain = `{
	admin off
	persist_config off
	auto_https off
}
import DIR/Caddyfile
`

// caddy runs Caddy with deploy/caddy, for all hosts.
func caddy(t *testing.T, g *edged) *front {
	port, err := freeport.Next()
	must(t, err)
	dir := folderOf(t, []string{"caddy/Caddyfile"},
		"http://api.example.com {", "http://:"+port+" {\n\tbind 127.0.0.1", "127.0.0.1:8082", g.address, "127.0.0.1:9000", hostOf(g.app.URL), "/etc/caddy/", "DIR/")
	must(t, os.WriteFile(filepath.Join(dir, "gatehouse.secret"), []byte(edgeSecret+"\n"), 0o644))
	must(t, os.WriteFile(filepath.Join(dir, "main"), []byte(strings.ReplaceAll(caddyMain, "DIR", dir)), 0o644))
	address := "127.0.0.1:" + port
	out := runs(t, address, builtProgram(t, "caddy"), []string{"HOME=" + dir}, "run", "--config", filepath.Join(dir, "main"), "--adapter", "caddyfile")
	return &front{name: "caddy", address: address, log: out.String}
}

// envoyItself runs Envoy with deploy/envoy, for all hosts.
func envoyItself(t *testing.T, g *edged) *front {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	server := g.Server.ExtAuthz(nil)
	go func() { _ = server.Serve(l) }() // until it is stopped
	stop := func() { server.Stop(context.Background()) }
	t.Cleanup(stop)
	address := freeAddress(t)
	dir := folderOf(t, []string{"envoy/envoy.yaml"},
		"address: 0.0.0.0, port_value: 80}", "address: 127.0.0.1, port_value: "+portOf(address)+"}", "domains: [api.example.com]", `domains: ["*"]`,
		"port_value: 8082", "port_value: "+portOf(g.address), "port_value: 8083", "port_value: "+portOf(l.Addr().String()), "port_value: 9000", "port_value: "+portOf(hostOf(g.app.URL)), `"…"`, edgeSecret)
	out := runs(t, address, builtProgram(t, "envoy"), nil, "-c", filepath.Join(dir, "envoy.yaml"), "--disable-hot-restart", "--concurrency", "1", "--log-level", "warning")
	return &front{name: "envoy", address: address, log: out.String, cut: stop}
}

func portOf(address string) string {
	_, port, _ := net.SplitHostPort(address)
	return port
}
