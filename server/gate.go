package server

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gatehouse/caller/foreign"
	"gatehouse/ephemeral"
	"gatehouse/gate"
	"gatehouse/house"
	"gatehouse/proxy"
	people "gatehouse/ui/gate"
	"gatehouse/ui/static"
	"gatehouse/ui/view"
	"gatehouse/web"
)

// openGate opens the gate, if the configuration wants one. It is no row of the table: it
// has a listener of its own, and what stands before the pages would bound and mark the
// answers of other people's applications.
func (s *Server) openGate() error {
	h := s.house
	if !h.Config.Gate.Wanted() {
		return nil
	}
	if err := h.Routes.Load(context.Background()); err != nil {
		return err
	}
	desk, err := s.desk()
	if err != nil {
		return err
	}
	issuers := &foreign.Issuers{}
	desk.Elsewhere = issuers
	flood, err := s.bounded("gate entrances", h.Config.Limits.Bad)
	if err != nil {
		return err
	}
	pages := view.NewPages(h.Config.Issuer)
	pages.Brand, pages.Base = &s.look, "/"+gate.Reserved
	trusted, _ := h.Config.Web.Proxies() // validated with the configuration
	door := &proxy.Door{
		Issuer: h.Config.Issuer, Routes: h.Routes.Current, Callers: desk, Signer: h.Keys, Metrics: s.metrics, Log: h.Log,
		Quotas: h.Limiters.Quotas("gate", h.Config.Limits.Gate.Remembered),
		Refuse: web.RefuseWithProblem(h.Config.Issuer), Trusted: trusted, Ports: portOf(h.Config.Gate.Listen),
		Pages: people.Pages{View: pages}, People: house.Subjects{Identity: h.Identity}, Static: s.gateFiles(), Entrances: h.Gates, Flood: flood,
		SessionAge: func() time.Duration { return h.Now().Session.Absolute },
		News:       news{h.Policy, h.Registry}, MaxStreams: h.Config.Gate.MaxStreams, MaxStreamsOf: h.Config.Gate.MaxStreamsPerCaller, Issuers: issuers.Keep,
	}
	if door.Tickets, err = s.tickets(); err != nil {
		return err
	}
	if h.Decisions != nil {
		door.Decisions = h.Decisions
	}
	s.gate = door
	return door.Open()
}

// gateFiles has what pages load, as the gate's hosts have it.
func (s *Server) gateFiles() http.Handler {
	m := web.NewMux(s.house.Log, web.RefuseWithProblem(s.house.Config.Issuer))
	static.Mount(m, s.look.Files)
	m.Otherwise()
	return http.StripPrefix("/"+gate.Reserved, m)
}

// bounded returns what bounds how much that is bad an address may send.
func (s *Server) bounded(name string, c ephemeral.Config) (web.Flood, error) {
	limiter, err := s.house.Limiters.New(name, c)
	return web.Flood{Limiter: limiter, Log: s.house.Log}, err
}

// Gate returns the server of the gate, as its listener has it; nil where there is none.
func (s *Server) Gate() *http.Server {
	if s.gate == nil {
		return nil
	}
	return gateServer(s.gate, s.house.Log)
}

// KeepGate looks after the servers behind the gate until ctx ends.
func (s *Server) KeepGate(ctx context.Context) {
	if s.gate != nil {
		s.gate.Keep(ctx)
	}
}

// proves reports whether whoever begins a handshake may have a certificate to show: another
// proxy that asks the gate from an address, or a caller of a host that takes them.
func (s *Server) proves(hello *tls.ClientHelloInfo) bool {
	if s.house.Routes.Current().AsksCertificate(strings.ToLower(hello.ServerName)) {
		return true
	}
	tcp, ok := hello.Conn.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return false
	}
	for _, e := range s.house.Routes.Current().Edges() {
		if e.AsksCertificate() && e.Near(tcp.AddrPort().Addr()) {
			return true
		}
	}
	return false
}

// CloseGate ends what lasts at the gate, and lets nothing more begin that does. The rest goes
// on.
func (s *Server) CloseGate() {
	if s.gate != nil {
		s.gate.Close()
	}
}

func portOf(address string) []int {
	_, port, err := net.SplitHostPort(address)
	n, wrong := strconv.Atoi(port)
	if err != nil || wrong != nil {
		return nil
	}
	return []int{n}
}

// gateServer serves the gate. What it bounds of a request's time, each route says.
func gateServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: headerLimit,
		DisableGeneralOptionsHandler: true, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// greetGate says where the gate is.
func (s *Server) greetGate() {
	if s.gate != nil {
		fmt.Fprintf(s.options.Stdout, "The gate listens on %s, with %s of %s.\n", s.house.Config.Gate.Listen, routesSaid(len(s.house.Routes.Current().Routes())), s.house.Routes.From())
	}
}

func routesSaid(n int) string {
	switch n {
	case 0:
		return "no routes"
	case 1:
		return "1 route"
	}
	return fmt.Sprintf("%d routes", n)
}
