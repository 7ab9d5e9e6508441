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
		cfg = withGate(cfg, o.GateListen)
	}
	ports, err := server.Listen(cfg, log)
	if err != nil {
		return err
	}
	defer ports.Close()
	house, err := house.Open(ctx, cfg, log)
	if err != nil {
		return err
	}
	shop, err := openShop(ctx, cfg, log)
	if err != nil {
		return errors.Join(err, house.Close())
	}
	return errors.Join(serve(ctx, house, out, o, listener, ports), shop.stop(), house.Close())
}

func serve(ctx context.Context, house *house.House, out io.Writer, o Options, listener net.Listener, ports *server.Listeners) error {
	appURL := "http://localhost:" + port(listener.Addr())
	people, err := seed(ctx, house, appURL)
	if err != nil {
		return fmt.Errorf("seed the demo: %w", err)
	}
	if o.Size == Large {
		if err := settle(ctx, house, out); err != nil {
			return err
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	ready := make(chan struct{})
	s, err := server.New(house, server.Options{Version: o.Version, Quiet: true, Ready: func(net.Addr, net.Addr) { close(ready) }})
	if err != nil {
		return err
	}
	app := &http.Server{Handler: newApp(house.Config.Issuer, appURL, people), ReadHeaderTimeout: 5 * time.Second}
	group.Go(func() error { return s.RunOn(ctx, ports) })
	group.Go(func() error {
		select {
		case <-ctx.Done():
			return nil
		case <-ready:
		}
		printTable(out, house, appURL, people)
		tellQuestions(ctx, out, house, o.Command)
		if o.Ready != nil {
			o.Ready(house.Config.Issuer, appURL)
		}
		if err := app.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
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

func printTable(out io.Writer, house *house.House, appURL string, seeded *Seeded) {
	fmt.Fprintln(out)
	t := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	fmt.Fprintf(t, "  Demo application\t%s\tsign in here\n", appURL)
	fmt.Fprintf(t, "  Gatehouse\t%s\taccount, discovery\n", house.Config.Issuer)
	fmt.Fprintf(t, "  Console\t%s/console\t%s\n", house.Config.Issuer, seeded.administrators())
	if ownGate(house.Config) {
		fmt.Fprintf(t, "  Gate\thttp://localhost:%s\tthe shop behind it, for people and programs\n", portOf(house.Config.Gate.Listen))
	}
	fmt.Fprintf(t, "  Health, metrics\thttp://%s/readyz\t\n", house.Config.Web.Listen.Internal)
	fmt.Fprintf(t, "  Data\t%s\tkept between runs\n", house.Config.DataDir)
	fmt.Fprintln(t, "\t\t")
	fmt.Fprintln(t, "  Sign in as\tPassword\t")
	for _, p := range seeded.People {
		fmt.Fprintf(t, "  %s\t%s\t%s\n", p.Email, p.Password, p.note())
	}
	_ = t.Flush() // standard output is gone if this fails
	fmt.Fprintf(out, "\n  Codes of the second factors: %s/codes\n", appURL)
}

// tellQuestions ends what is printed at the start.
func tellQuestions(ctx context.Context, out io.Writer, h *house.House, command string) {
	defer fmt.Fprint(out, "\n  Ctrl-C stops it.\n\n")
	bob, err := h.Identity.UserByEmail(ctx, "bob@example.test")
	if err != nil { // gone, or not to be known now: then there is nothing to ask about
		return
	}
	command = cmp.Or(command, "gatehouse")
	if h.Config.DataDir != config.Default().DataDir {
		command += " --data-dir " + h.Config.DataDir
	}
	printQuestions(out, command, bob.ID)
	if ownGate(h.Config) {
		printWayThroughTheGate(out, portOf(h.Config.Gate.Listen), command, h.Config.Gate.Routes)
	}
}
