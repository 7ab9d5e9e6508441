package demo

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"gatehouse/config"
	"gatehouse/demo/shopapi"
	"gatehouse/shell"
)

// DefaultGateListen is where the gate listens unless it is told otherwise.
const DefaultGateListen = "127.0.0.1:8082"

// routesOf are the routes of the shop's API; TARGET is where it listens.
const routesOf = `# Written by "gatehouse demo" at each start. docs/gate.md explains it.
apiVersion: gatehouse/v1
kind: Upstream
metadata: {id: shop}
spec:
  targets: ["http://TARGET"]
  identity: {audience: AUDIENCE, filters: true}
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: products}
spec:
  match: {hosts: [localhost, 127.0.0.1], paths: ["/products", "/products/{id}"], methods: [GET]}
  public: true
  upstream: shop
  tests:
    - {do: GET /products, expect: public}
    - {raw: "GET /products/%2e%2e/orders", expect: "400"}
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: products-change}
spec:
  match: {hosts: [localhost, 127.0.0.1], paths: ["/products/{id}"], methods: [PUT]}
  authorize: {api: shop, permission: "products:write"}
  upstream: shop
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: orders}
spec:
  match: {hosts: [localhost, 127.0.0.1], paths: ["/orders"], methods: [POST]}
  authorize: {api: shop, permission: "orders:write", resource: {defer: true}}
  upstream: shop
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: orders-list}
spec:
  match: {hosts: [localhost, 127.0.0.1], paths: ["/orders"], methods: [GET]}
  authorize: {api: shop, permission: "orders:read", resource: {filter: assertion}}
  upstream: shop
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: orders-item}
spec:
  match: {hosts: [localhost, 127.0.0.1], paths: ["/orders/{id}"], methods: [GET]}
  authorize:
    api: shop
    permission: "orders:read"
    resource: {id: "{id}", fetch: {upstream: shop, path: "/internal/orders/{id}", fields: [owner_id, status]}}
  upstream: shop
  tests:
    - {do: GET /orders/1, expect: unauthenticated}
    - {as: {id: one, own: ["orders:read"]}, do: GET /orders/1, resource: {owner_id: one}, expect: allow}
    - {as: {id: other, own: ["orders:read"]}, do: GET /orders/1, resource: {owner_id: one}, expect: deny}
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: orders-live}
spec:
  match: {hosts: [localhost, 127.0.0.1], paths: ["/ws/orders", "/sse/orders"], methods: [GET]}
  authn: [session, bearer]
  authorize:
    api: shop
    permission: "orders:read"
    resource: {defer: true}
  stream: {websocket: {}, sse: true}
  upstream: shop
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: orders-cancel}
spec:
  match: {hosts: [localhost, 127.0.0.1], paths: ["/orders/{id}/cancel"], methods: [POST]}
  authorize:
    api: shop
    permission: "orders:write"
    resource: {id: "{id}", fetch: {upstream: shop, path: "/internal/orders/{id}", fields: [owner_id, status]}}
  upstream: shop
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: orders-refund}
spec:
  match: {hosts: [localhost, 127.0.0.1], paths: ["/orders/{id}/refund"], methods: [POST]}
  authorize:
    api: shop
    permission: "orders:refund"
    resource: {id: "{id}"}
  upstream: shop
  tests:
    - {as: {permissions: ["orders:write"]}, do: POST /orders/1/refund, expect: deny}
    - {as: {permissions: ["orders:refund"]}, do: POST /orders/1/refund, expect: challenge}
    - {as: {permissions: ["orders:refund"], acr: aal2}, do: POST /orders/1/refund, expect: allow}
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: storefront}
spec:
  match: {hosts: [localhost, 127.0.0.1], paths: ["/", "/shop/files/{name}"], methods: [GET]}
  public: true
  upstream: shop
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: storefront-orders}
spec:
  match: {hosts: [localhost, 127.0.0.1], paths: ["/shop/orders"], methods: [GET]}
  authn: [session]
  authorize: {api: shop, permission: "orders:read", resource: {filter: assertion}}
  upstream: shop
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: storefront-place}
spec:
  match: {hosts: [localhost, 127.0.0.1], paths: ["/shop/orders"], methods: [POST]}
  authn: [session]
  authorize: {api: shop, permission: "orders:write", resource: {defer: true}}
  upstream: shop
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: storefront-order}
spec:
  match: {hosts: [localhost, 127.0.0.1], paths: ["/shop/order/{product}"], methods: [GET]}
  authn: [session]
  authorize: {api: shop, permission: "orders:write", resource: {defer: true}}
  upstream: shop
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: storefront-item}
spec:
  match: {hosts: [localhost, 127.0.0.1], paths: ["/shop/orders/{id}"], methods: [GET]}
  authn: [session]
  authorize:
    api: shop
    permission: "orders:read"
    resource: {id: "{id}", fetch: {upstream: shop, path: "/internal/orders/{id}", fields: [owner_id, status]}}
  upstream: shop
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: storefront-cancel}
spec:
  match: {hosts: [localhost, 127.0.0.1], paths: ["/shop/orders/{id}/cancel"], methods: [POST]}
  authn: [session]
  authorize:
    api: shop
    permission: "orders:write"
    resource: {id: "{id}", fetch: {upstream: shop, path: "/internal/orders/{id}", fields: [owner_id, status]}}
  upstream: shop
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: storefront-refund}
spec:
  match: {hosts: [localhost, 127.0.0.1], paths: ["/shop/orders/{id}/refund"], methods: [POST]}
  authn: [session]
  authorize:
    api: shop
    permission: "orders:refund"
    resource: {id: "{id}"}
  upstream: shop
`

// RoutesIn is the folder of the routes to the shop, below a data directory.
func RoutesIn(dataDir string) string { return filepath.Join(dataDir, "demo-routes") }

// withGate returns the configuration with a gate before the shop's API. One that is
// configured already stays as it is: then the demo brings none.
func withGate(cfg config.Config, listen string) config.Config {
	if !cfg.Gate.Wanted() {
		cfg.Gate.Listen, cfg.Gate.Routes = listen, RoutesIn(cfg.DataDir)
	}
	return cfg
}

// ownGate reports whether the gate is the demo's.
func ownGate(cfg config.Config) bool {
	return cfg.Gate.Wanted() && cfg.Gate.Routes == RoutesIn(cfg.DataDir)
}

// writeRoutes writes the routes to the shop's API at an address.
func writeRoutes(cfg config.Config, target string) error {
	if err := os.MkdirAll(cfg.Gate.Routes, 0o700); err != nil {
		return fmt.Errorf("write the routes of the demo: %w", err)
	}
	text := strings.NewReplacer("TARGET", target, "AUDIENCE", shopapi.Audience).Replace(routesOf)
	if err := os.WriteFile(filepath.Join(cfg.Gate.Routes, "shop.yaml"), []byte(text), 0o600); err != nil {
		return fmt.Errorf("write the routes of the demo: %w", err)
	}
	return nil
}

// openShop starts the shop's API if the gate is the demo's, nil where it is not, and
// writes the routes to it.
func openShop(ctx context.Context, cfg config.Config, log *slog.Logger) (*shopProcess, error) {
	if !ownGate(cfg) {
		return nil, nil
	}
	p, err := startShop(ctx, cfg, slog.NewLogLogger(log.Handler(), slog.LevelWarn).Writer())
	if err != nil {
		return nil, err
	}
	if err := writeRoutes(cfg, p.address); err != nil {
		return nil, errors.Join(err, p.stop())
	}
	return p, nil
}

// shopProcess is the process that is the shop's API.
type shopProcess struct {
	cmd     *exec.Cmd
	in      io.Closer
	address string
}

// shopStarts is how long the shop may take to listen.
const shopStarts = 10 * time.Second

// startShop starts the shop's API. It ends with ctx or stop, and with this process.
func startShop(ctx context.Context, cfg config.Config, log io.Writer) (*shopProcess, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("start the shop: %w", err)
	}
	p := &shopProcess{cmd: exec.CommandContext(ctx, self, shopapi.Argument, cfg.Issuer, filepath.Join(cfg.DataDir, "demo-shop.db"))}
	p.cmd.Stderr, p.cmd.Env = log, []string{}
	// A shop that listens ends with its input. One that does not listen yet, or hangs, is
	// ended by this, also when the demo is killed: the next one wants the database.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	in, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start the shop: %w", err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start the shop: %w", err)
	}
	p.in = in
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the shop: %w", err)
	}
	late := time.AfterFunc(shopStarts, func() { _ = p.cmd.Process.Kill() })
	defer late.Stop()
	line, err := bufio.NewReader(out).ReadString('\n')
	p.address = strings.TrimSpace(line)
	if _, _, wrong := net.SplitHostPort(p.address); err != nil || wrong != nil {
		return nil, errors.Join(fmt.Errorf("start the shop: it does not listen: %w", errors.Join(err, wrong)), p.stop())
	}
	return p, nil
}

// stop ends the shop, and waits for it.
func (p *shopProcess) stop() error {
	if p == nil {
		return nil
	}
	_ = p.in.Close() // it ends by that
	if err := p.cmd.Wait(); err != nil && p.cmd.ProcessState.ExitCode() > 0 {
		return fmt.Errorf("the shop: %w", err)
	}
	return nil
}

// printWayThroughTheGate tells what to try at the gate, each with what it answers. Its
// routes are in a folder.
func printWayThroughTheGate(out io.Writer, gate, command, routes string) {
	at := "http://localhost:" + gate
	fmt.Fprintf(out, "\n  A shop stands behind the gate. Open %s as Bob, order, and ask for the money back;\n  or try its API in another terminal, in this order:\n", at)
	for _, q := range []struct{ says, line string }{
		{"200: everybody sees the products", "curl -i " + at + "/products"},
		{"401: nobody sees orders without a token", "curl -i " + at + "/orders"},
		{"201: Bob orders", `BOB=$(` + command + ` demo token bob@example.test); curl -i -H "Authorization: Bearer $BOB" -d '{"product":"twine","quantity":2}' ` + at + `/orders`},
		{"200: and sees the order", `curl -i -H "Authorization: Bearer $BOB" ` + at + `/orders/1`},
		{"200: and hears of the next one while it happens", `(sleep 1; curl -s -o /dev/null -H "Authorization: Bearer $BOB" -d '{"product":"envelopes","quantity":1}' ` + at + `/orders) & curl -N --max-time 3 -H "Authorization: Bearer $BOB" ` + at + `/sse/orders`},
		{"403: but gives no money back", `curl -i -H "Authorization: Bearer $BOB" -X POST ` + at + `/orders/1/refund`},
		{"why? the gate tells before anybody asks it", command + ` route explain POST ` + at + `/orders/1/refund --as bob@example.test --from ` + shell.Line(routes)},
		{"give him the right for two minutes: it counts once the command is done", command + ` grant create --user bob@example.test --role refunder --for 2m --reason "Tries the demo"`},
		{"401: the right wants a second factor, which the answer names", `curl -i -H "Authorization: Bearer $BOB" -X POST ` + at + `/orders/1/refund`},
		{"200: Ada, who has the same right, has just shown hers", `ADA=$(` + command + ` demo token ada@example.test --second-factor); curl -i -H "Authorization: Bearer $ADA" -X POST ` + at + `/orders/1/refund`},
		{"take the right back from all who have it, which counts as soon", command + ` lock create --role refunder --for 1m --reason "Tries the demo"`},
		{"403: Ada gives the money for the next order back no more, with the same token", `curl -i -H "Authorization: Bearer $ADA" -X POST ` + at + `/orders/2/refund`},
	} {
		fmt.Fprintf(out, "  # %s\n  %s\n", q.says, q.line)
	}
}
