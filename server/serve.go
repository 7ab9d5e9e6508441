// Package server opens the doors of a house: it mounts them, listens, answers
// health and metrics, greets the operator, and drains in order.
package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"gatehouse/admin"
	"gatehouse/config"
	"gatehouse/ephemeral"
	"gatehouse/fault"
	"gatehouse/house"
	"gatehouse/house/check"
	"gatehouse/house/place"
	"gatehouse/pdp"
	"gatehouse/proxy"
	"gatehouse/ui/brand"
	"gatehouse/ui/console"
	"gatehouse/web"
)

// The bounds of a connection and of the drain.
const (
	headerTimeout  = 5 * time.Second
	requestTimeout = 15 * time.Second
	idleTimeout    = 90 * time.Second
	drainTimeout   = 20 * time.Second
	headerLimit    = 16 << 10
	bodyLimit      = 1 << 20
)

// Options are what a caller may want of a server besides its configuration.
type Options struct {
	// Stdout gets the few lines for the operator who just started it.
	Stdout io.Writer
	// Ready, if set, is called once both listeners accept, with their addresses.
	Ready func(public, internal net.Addr)
	// Reload, if set, asks each time to read again what can be: the certificate and the logo.
	Reload <-chan os.Signal
	// Hurry, once it is closed, ends what is under way instead of waiting for it; nil: never.
	Hurry <-chan struct{}
	// Quiet logs requests that went well on level debug only.
	Quiet bool
	// Version is what the metrics say runs; empty: what the build information says.
	Version string
}

// Server is a house with its doors open.
type Server struct {
	house   *house.House
	metrics *Metrics
	health  *health
	options Options
	cookies *web.Cookies
	// addresses bounds how many pages an address may ask for.
	addresses web.Limiter
	// look is what pages look like; a reload may change it.
	look    brand.Current
	looking sync.Mutex
	looks   brand.Config // of look, but for what the logo holds
	doors   []*door
	feed    *pdp.Feed // whose connections last
	steered *admin.Door

	public, internal http.Handler
	gate             *proxy.Door // nil: there is none
	arrivals         web.Arrivals
}

// New mounts the doors of an open house. Handler may be served by anybody; Run
// brings listeners and what runs in the background.
func New(h *house.House, o Options) (*Server, error) {
	if o.Stdout == nil {
		o.Stdout = io.Discard
	}
	s := &Server{house: h, metrics: newMetrics(o.Version), health: &health{house: h}, options: o}
	s.metrics.kept = h.GateCounts
	s.cookies = &web.Cookies{Secure: secure(h.Config.Issuer), Port: web.PortHere(h.Config.Issuer), FormKey: h.Keeper.Key("form-token"), SessionAge: func() time.Duration { return h.Now().Session.Absolute }}
	addresses, err := h.Limiters.New("address", ephemeral.Config(h.Config.Limits.Address))
	if err != nil {
		return nil, fmt.Errorf("limit what an address asks for: %w", err)
	}
	s.addresses = addresses
	if err := s.open(); err != nil {
		return nil, fmt.Errorf("open the doors: %w", err)
	}
	s.metrics.watch(h, s.feed)
	return s, nil
}

// open opens the doors of the table on either listener.
func (s *Server) open() (err error) {
	if s.doors, err = s.table(); err != nil {
		return err
	}
	var public, internal []*door
	for _, d := range s.doors {
		if d.internal {
			internal = append(internal, d)
		} else {
			public = append(public, d)
		}
	}
	if s.public, err = s.newEntrance(public); err != nil {
		return err
	}
	if s.internal, err = s.newEntrance(internal); err != nil {
		return err
	}
	return s.openGate()
}

// Handler returns what the public listener serves.
func (s *Server) Handler() http.Handler {
	trusted, _ := s.house.Config.Web.Proxies() // validated with the configuration
	return s.arrivals.Watch(trusted, s.public)
}

// Patterns returns the net/http patterns of everything that the public listener
// serves, so that a rule can be tested on all of it.
func (s *Server) Patterns() []string {
	var all []string
	for _, d := range s.doors {
		if !d.internal {
			all = append(all, d.mux.Patterns()...)
		}
	}
	return all
}

// API returns the door for programs that steer this Gatehouse, so that a rule can be tested on
// each of its operations.
func (s *Server) API() *admin.Door { return s.steered }

// Serve opens the house and serves until ctx ends, then drains: it stops being
// ready, finishes what is under way for at most 20 seconds, and closes.
func Serve(ctx context.Context, cfg config.Config, log *slog.Logger, o Options) error {
	l, err := Listen(cfg, log)
	if err != nil {
		return err
	}
	h, err := house.Open(ctx, cfg, log)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	s, err := New(h, o)
	if err != nil {
		return errors.Join(err, l.Close(), h.Close())
	}
	return errors.Join(s.RunOn(ctx, l), h.Close())
}

// Run listens and serves until ctx ends.
func (s *Server) Run(ctx context.Context) error {
	l, err := Listen(s.house.Config, s.house.Log)
	if err != nil {
		return err
	}
	return s.RunOn(ctx, l)
}

// RunOn serves on l until ctx ends, and closes it.
func (s *Server) RunOn(ctx context.Context, l *Listeners) error {
	// So that the first request meets the clients.
	if err := s.house.Feed.Step(ctx); err != nil {
		return errors.Join(fmt.Errorf("read the first snapshot: %w", err), l.Close())
	}
	if err := s.greet(ctx); err != nil {
		return errors.Join(err, l.Close())
	}
	return s.serve(ctx, l)
}

// Listeners are the open ports, and the certificate of the public one.
type Listeners struct {
	public, internal net.Listener
	gate             net.Listener // nil: there is none
	extAuthz         net.Listener // nil: there is none
	certificate      *certificate // nil: plain HTTP
}

// Close closes the ports of a server that does not run.
func (l *Listeners) Close() (err error) {
	for _, one := range []net.Listener{l.public, l.internal, l.gate, l.extAuthz} {
		if one != nil {
			err = errors.Join(err, one.Close())
		}
	}
	return err
}

// Listen opens the certificate and the ports, before anything is made: a second
// start by mistake must neither make a database nor migrate one. Nobody is
// answered yet. Faults: "listen.taken", "listen.failed", "tls.load".
func Listen(cfg config.Config, log *slog.Logger) (l *Listeners, err error) {
	l = &Listeners{}
	if cfg.Web.TLS.CertFile != "" {
		if l.certificate, err = openCertificate(cfg.Web.TLS, log); err != nil {
			return nil, err
		}
	}
	for _, port := range []struct {
		listener     *net.Listener
		address, key string
		secure       bool
	}{
		{&l.public, cfg.Web.Listen.Public, "listen.public", true},
		{&l.internal, cfg.Web.Listen.Internal, "listen.internal", false},
		{&l.gate, cfg.Gate.Listen, "gate.listen", false}, // serve secures it: who is asked for a certificate, its routes say
		{&l.extAuthz, cfg.Gate.ExtAuthz, "gate.ext_authz", false},
	} {
		if port.address == "" {
			continue
		}
		if *port.listener, err = listenOn(port.address, port.key); err != nil {
			return nil, errors.Join(err, l.Close())
		}
		if port.secure && l.certificate != nil {
			*port.listener = l.certificate.listener(*port.listener)
		}
	}
	return l, nil
}

func listenOn(address, key string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fault.Wrap(err, fault.Conflict, "listen.taken", fmt.Sprintf("The address %s is taken by another program. Stop it, or choose another address with %s.", address, key))
	}
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "listen.failed", fmt.Sprintf("Gatehouse cannot listen on %s. Choose another address with %s.", address, key))
	}
	return keepDeadlines(l), nil
}

// serve runs until ctx ends or a listener fails. The background outlives the
// listeners, so that requests under way still see fresh snapshots.
func (s *Server) serve(ctx context.Context, l *Listeners) error {
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- s.house.Run(background) }()

	doors := []*http.Server{httpServer(s.Handler(), s.house.Log), httpServer(s.internal, s.house.Log)}
	ports := []net.Listener{l.public, l.internal}
	if l.gate != nil {
		doors, ports = append(doors, s.Gate()), append(ports, l.certificate.asking(l.gate, s.proves))
	}
	group, ctx := errgroup.WithContext(ctx)
	for i, port := range ports {
		group.Go(func() error {
			if err := doors[i].Serve(port); !errors.Is(err, http.ErrServerClosed) {
				return fmt.Errorf("serve %s: %w", port.Addr(), err)
			}
			return nil
		})
	}
	if l.extAuthz != nil {
		s.serveExtAuthz(ctx, group, l)
	}
	group.Go(func() error { s.reload(ctx, l.certificate); return nil })
	group.Go(func() error { s.KeepGate(ctx); return nil })
	group.Go(func() error {
		<-ctx.Done()
		return s.drain(doors)
	})
	s.house.Log.Info("serving", "issuer", s.house.Config.Issuer, "public", l.public.Addr().String(), "internal", l.internal.Addr().String(), "version", s.options.Version)
	if s.options.Ready != nil {
		s.options.Ready(l.public.Addr(), l.internal.Addr())
	}
	err := group.Wait()
	stop()
	return errors.Join(err, <-ended)
}

// drain lets the public listener finish first; health keeps answering meanwhile.
func (s *Server) drain(doors []*http.Server) error {
	s.health.draining.Store(true)
	s.feed.Close() // its connections are never finished
	s.CloseGate()
	s.house.Log.Info("stopping: requests under way are finished first", "at_most", drainTimeout.String())
	ctx, cancel := s.draining()
	defer cancel()
	for _, d := range doors {
		if err := d.Shutdown(ctx); err != nil {
			s.house.Log.Warn("requests were still under way after the drain", "error", err.Error())
			_ = d.Close()
		}
	}
	return nil
}

// draining is for as long as what is under way may take: until somebody is in a hurry. What
// ends behind it, the leases of the background, ends as it should.
func (s *Server) draining() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	go func() {
		select {
		case <-s.options.Hurry:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

func httpServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: headerTimeout, ReadTimeout: requestTimeout, WriteTimeout: 2 * requestTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: headerLimit, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// greet tells the operator what to do next, once.
func (s *Server) greet(ctx context.Context) error {
	h := s.house
	if h.NewMasterKey != "" {
		fmt.Fprintf(s.options.Stdout, "A new master key was written to %s. Back it up: without it the database cannot be read.\n", h.NewMasterKey)
	}
	s.warn()
	if err := h.Store.PutServed(ctx, h.Config.Issuer, time.Now()); err != nil {
		return fmt.Errorf("say where this server is: %w", err)
	}
	if err := place.NoteInternal(h.Config); err != nil {
		h.Log.Warn("commands beside this server have to be told listen.internal: it could not be noted in the data directory", "error", err.Error())
	}
	link, waiting, err := h.FirstRun(ctx)
	if err != nil {
		return fmt.Errorf("prepare the first run: %w", err)
	}
	fmt.Fprintf(s.options.Stdout, "Gatehouse serves %s (health and metrics on %s).\n", h.Config.Issuer, h.Config.Web.Listen.Internal)
	if a, is := check.OfDemo(h.Config); is {
		fmt.Fprintf(s.options.Stdout, "Careful: %s %s, for instance with --data-dir.\n", a.Key, a.Text)
	}
	s.greetGate()
	switch {
	case link != "":
		fmt.Fprintf(s.options.Stdout, "Create the first administrator within 60 minutes: %s\n(another link: gatehouse setup-link)\n", link)
	case waiting:
		fmt.Fprint(s.options.Stdout, "There is no administrator. A set-up link is printed once, when it is made; for a new one: gatehouse setup-link\n")
	default:
		fmt.Fprintf(s.options.Stdout, "Administrators steer it in a browser at %s.\n", h.Config.Issuer+console.Root)
	}
	return nil
}

// secure reports whether the issuer is https, which decides on cookies and HSTS.
func secure(issuer string) bool { return strings.HasPrefix(issuer, "https://") }
