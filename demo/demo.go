// Package demo is the first minute with Gatehouse: a server with people in it, who have
// roles and grants, an application that signs them in, and a shop behind the gate.
//
// The application is an ordinary relying party on golang.org/x/oauth2 and go-oidc and
// uses nothing but the public endpoints; read app.go to see what yours would look like.
// The shop is a process of its own (package shopapi), to which gate.go has the routes.
package demo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"text/tabwriter"
	"time"

	"golang.org/x/sync/errgroup"

	"gatehouse/config"
	"gatehouse/fault"
	"gatehouse/house"
	"gatehouse/server"
)

// Options are what a caller may choose.
type Options struct {
	// AppListen is the address of the demo application, HOST:PORT on loopback.
	AppListen string
	// GateListen is the address of the gate before the shop's API, HOST:PORT on loopback;
	// empty: there is none, unless the configuration has one.
	GateListen string
	// Ready, if set, is called once everything listens, with the URLs of the
	// server and of the application.
	Ready func(issuer, app string)
	// Version is what the metrics say runs.
	Version string
	// Command is how gatehouse is called; empty: by its name.
	Command string
	// Size is Small or Large; empty: Small.
	Size string
}

// DefaultAppListen is where the application listens unless it is told otherwise.
const DefaultAppListen = "127.0.0.1:8081"

// How many people the demo has: three, or a hundred thousand with roles, grants and a past.
const (
	Small = "small"
	Large = "large"
)

// Run seeds the store if need be, serves Gatehouse and the application until
// ctx ends, and stops both. Running it again on the same data directory keeps
// the people, their passwords and their sessions.
func Run(ctx context.Context, cfg config.Config, log *slog.Logger, out io.Writer, o Options) error {
	if o.AppListen == "" {
		o.AppListen = DefaultAppListen
	}
	if o.Size != "" && o.Size != Small && o.Size != Large {
		return fault.New(fault.Invalid, "demo.size", fmt.Sprintf("There is no demo of the size %q. Choose %s or %s.", o.Size, Small, Large))
	}
	listener, err := listen(o.AppListen)
	if err != nil {
		return err
	}
	defer listener.Close()
	if o.GateListen != "" {
		if err := onLoopback(o.GateListen, DefaultGateListen); err != nil {
			return err
		}
	}
	cfg, gated := withGate(cfg, o.GateListen)
	ports, err := server.Listen(cfg, log)
	if err != nil {
		return err
	}
	defer ports.Close()
	house, err := house.Open(ctx, cfg, log)
	if err != nil {
		return err
	}
	d := demonstration{house: house, out: out, options: o, listener: listener, appURL: "http://localhost:" + port(listener.Addr())}
	err = d.run(ctx, ports, gated)
	return errors.Join(err, d.shop.stop(), house.Close())
}

// demonstration is a demo that runs.
type demonstration struct {
	house    *house.House
	shop     *shopProcess // nil: there is no gate of the demo's before it
	people   *Seeded
	out      io.Writer
	options  Options
	listener net.Listener
	appURL   string
}

// run seeds the store if need be, with the shop and the routes to it where there is a gate
// before it, and serves.
func (d *demonstration) run(ctx context.Context, ports *server.Listeners, gated bool) (err error) {
	if d.people, err = seed(ctx, d.house, d.appURL); err != nil {
		return fmt.Errorf("seed the demo: %w", err)
	}
	if gated {
		if err := d.openShop(ctx); err != nil {
			return err
		}
	}
	return d.serve(ctx, ports)
}

// openShop starts the shop's API, and sees to it that routes lead there.
func (d *demonstration) openShop(ctx context.Context) (err error) {
	log := slog.NewLogLogger(d.house.Log.Handler(), slog.LevelWarn).Writer()
	if d.shop, err = startShop(ctx, d.house.Config, d.people.Shop, log); err != nil {
		return err
	}
	if err := seedRoutes(ctx, d.house, d.people, d.shop.address); err != nil {
		return fmt.Errorf("seed the routes of the demo: %w", err)
	}
	return nil
}

func (d *demonstration) serve(ctx context.Context, ports *server.Listeners) error {
	if d.options.Size == Large {
		if err := settle(ctx, d.house, d.out); err != nil {
			return err
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	ready := make(chan struct{})
	s, err := server.New(d.house, server.Options{Version: d.options.Version, Quiet: true, Ready: func(net.Addr, net.Addr) { close(ready) }})
	if err != nil {
		return err
	}
	app := &http.Server{Handler: newApp(d.house.Config.Issuer, d.appURL, d.people), ReadHeaderTimeout: 5 * time.Second}
	group.Go(func() error { return s.RunOn(ctx, ports) })
	group.Go(func() error {
		select {
		case <-ctx.Done():
			return nil
		case <-ready:
		}
		d.tell(ctx)
		if err := app.Serve(d.listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		stopping, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		return app.Shutdown(stopping)
	})
	return group.Wait()
}

// tell prints what there is and what to try, once all of it listens.
func (d *demonstration) tell(ctx context.Context) {
	d.printTable()
	d.tellQuestions(ctx)
	if d.options.Ready != nil {
		d.options.Ready(d.house.Config.Issuer, d.appURL)
	}
}

// onLoopback refuses an address that others could reach: the demo prints its passwords.
func onLoopback(address, like string) error {
	host, _, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fault.New(fault.Invalid, "demo.listen", fmt.Sprintf("The demo listens on loopback only; %q is not HOST:PORT on loopback. Choose one like %s.", address, like))
	}
	return nil
}

func listen(address string) (net.Listener, error) {
	if err := onLoopback(address, DefaultAppListen); err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fault.Wrap(err, fault.Conflict, "listen.taken", fmt.Sprintf("The address %s is taken by another program. Stop it, or choose another address for the demo application with --app-listen.", address))
	}
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "listen.failed", fmt.Sprintf("The demo application cannot listen on %s.", address))
	}
	return l, nil
}

func port(a net.Addr) string { return portOf(a.String()) } // a TCP address always has both

func portOf(address string) string {
	_, p, _ := net.SplitHostPort(address)
	return p
}

func (d *demonstration) printTable() {
	cfg := &d.house.Config
	fmt.Fprintln(d.out)
	t := tabwriter.NewWriter(d.out, 0, 0, 3, ' ', 0)
	fmt.Fprintf(t, "  Demo application\t%s\tsign in here\n", d.appURL)
	fmt.Fprintf(t, "  Gatehouse\t%s\taccount, discovery\n", cfg.Issuer)
	fmt.Fprintf(t, "  Console\t%s/console\t%s\n", cfg.Issuer, d.people.administrators())
	if d.shop != nil {
		fmt.Fprintf(t, "  Gate\thttp://localhost:%s\tthe shop behind it, for people and programs\n", portOf(cfg.Gate.Listen))
	}
	fmt.Fprintf(t, "  Health, metrics\thttp://%s/readyz\t\n", cfg.Web.Listen.Internal)
	fmt.Fprintf(t, "  Data\t%s\tkept between runs\n", cfg.DataDir)
	fmt.Fprintln(t, "\t\t")
	fmt.Fprintln(t, "  Sign in as\tPassword\t")
	for _, p := range d.people.People {
		fmt.Fprintf(t, "  %s\t%s\t%s\n", p.Email, p.Password, p.note())
	}
	_ = t.Flush() // standard output is gone if this fails
	fmt.Fprintf(d.out, "\n  Codes of the second factors: %s/codes\n", d.appURL)
}

// tellQuestions ends what is printed at the start.
func (d *demonstration) tellQuestions(ctx context.Context) {
	defer fmt.Fprint(d.out, "\n  Ctrl-C stops it.\n\n")
	bob, err := d.house.Identity.UserByEmail(ctx, "bob@example.test")
	if err != nil { // gone, or not to be known now: then there is nothing to ask about
		return
	}
	command, cfg := cmp.Or(d.options.Command, "gatehouse"), &d.house.Config
	if cfg.DataDir != config.Default().DataDir {
		command += " --data-dir " + cfg.DataDir
	}
	printQuestions(d.out, command, bob.ID)
	if d.shop != nil {
		printWayThroughTheGate(d.out, portOf(cfg.Gate.Listen), command)
	}
}
