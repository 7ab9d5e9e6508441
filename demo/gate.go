package demo

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"gatehouse/config"
	"gatehouse/demo/shopapi"
)

// DefaultGateListen is where the gate listens unless it is told otherwise.
const DefaultGateListen = "127.0.0.1:8082"

// besideGate are the networks that the routes of the demo may lead to: this machine.
var besideGate = []string{"127.0.0.0/8", "::1/128"}

// withGate returns the configuration with a gate before the shop's API, and whether it is
// the demo's. One that is configured already stays as it is: then the demo brings none.
func withGate(cfg config.Config, listen string) (config.Config, bool) {
	if listen == "" || cfg.Gate.Wanted() {
		return cfg, false
	}
	cfg.Gate.Listen = listen
	return Beside(cfg), true
}

// Beside returns the configuration with what the demo gives its gate besides an address,
// for it and for commands beside it: what its routes may lead to, and a log of decisions that
// a changed route can be held against.
func Beside(cfg config.Config) config.Config {
	if cfg.Gate.InFiles() {
		return cfg
	}
	if len(cfg.Gate.UpstreamNetworks) == 0 {
		cfg.Gate.UpstreamNetworks = besideGate
	}
	if d := &cfg.Gate.Decisions; d.File == "" {
		d.File, d.Sample = filepath.Join(cfg.DataDir, "demo-decisions.jsonl"), 100
	}
	return cfg
}

// shopProcess is the process that is the shop's API.
type shopProcess struct {
	cmd     *exec.Cmd
	in      io.Closer
	address string
}

// shopStarts is how long the shop may take to listen.
const shopStarts = 10 * time.Second

// startShop starts the shop's API, at the address that it had if that is free. It ends with
// ctx or stop, and with this process.
func startShop(ctx context.Context, cfg config.Config, had string, log io.Writer) (*shopProcess, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("start the shop: %w", err)
	}
	p := &shopProcess{cmd: exec.CommandContext(ctx, self, shopapi.Argument, cfg.Issuer, filepath.Join(cfg.DataDir, "demo-shop.db"), cmp.Or(had, "127.0.0.1:0"))}
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

// printWayThroughTheGate tells what to try at the gate, each with what it answers.
func printWayThroughTheGate(out io.Writer, gate, command string) {
	at := "http://localhost:" + gate
	fmt.Fprintf(out, "\n  A shop stands behind the gate. Open %s as Bob, order, and ask for the money back;\n  or try its API in another terminal, in this order:\n", at)
	for _, q := range []struct{ says, line string }{
		{"200: everybody sees the products", "curl -i " + at + "/products"},
		{"401: nobody sees orders without a token", "curl -i " + at + "/orders"},
		{"201: Bob orders", `BOB=$(` + command + ` demo token bob@example.test); curl -i -H "Authorization: Bearer $BOB" -d '{"product":"twine","quantity":2}' ` + at + `/orders`},
		{"200: and sees the order", `curl -i -H "Authorization: Bearer $BOB" ` + at + `/orders/1`},
		{"200: and hears of the next one while it happens", `(sleep 1; curl -s -o /dev/null -H "Authorization: Bearer $BOB" -d '{"product":"envelopes","quantity":1}' ` + at + `/orders) & curl -N --max-time 3 -H "Authorization: Bearer $BOB" ` + at + `/sse/orders`},
		{"403: but gives no money back", `curl -i -H "Authorization: Bearer $BOB" -X POST ` + at + `/orders/1/refund`},
		{"why? the gate tells before anybody asks it", command + ` route explain POST ` + at + `/orders/1/refund --as bob@example.test`},
		{"give him the right for two minutes: it counts once the command is done", command + ` grant create --user bob@example.test --role refunder --for 2m --reason "Tries the demo"`},
		{"401: the right wants a second factor, which the answer names", `curl -i -H "Authorization: Bearer $BOB" -X POST ` + at + `/orders/1/refund`},
		{"200: Ada, who has the same right, has just shown hers", `ADA=$(` + command + ` demo token ada@example.test --second-factor); curl -i -H "Authorization: Bearer $ADA" -X POST ` + at + `/orders/1/refund`},
		{"take the right back from all who have it, which counts as soon", command + ` lock create --role refunder --for 1m --reason "Tries the demo"`},
		{"403: Ada gives the money for the next order back no more, with the same token", `curl -i -H "Authorization: Bearer $ADA" -X POST ` + at + `/orders/2/refund`},
	} {
		fmt.Fprintf(out, "  # %s\n  %s\n", q.says, q.line)
	}
}
