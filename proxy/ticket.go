package proxy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"gatehouse/caller"
	"gatehouse/fault"
	"gatehouse/gate"
	"gatehouse/secret"
	"gatehouse/web"
)

// PathTicket is where a page gets a ticket, on each host that the gate serves: a page can
// give a WebSocket no header but its subprotocols.
const PathTicket = "/.gatehouse/ticket"

// TicketLife is how long a ticket is good.
const TicketLife = 30 * time.Second

// Tickets mints tickets and takes them. A ticket is the credential itself, sealed, for one
// WebSocket on one path of one host: nothing is kept of it but that it was used.
type Tickets struct {
	Box  secret.Box
	Once interface {
		// UseOnce reports whether a name is new; of several at once one hears so.
		UseOnce(ctx context.Context, kind, name string, until time.Time) (bool, error)
	}
	// Flood bounds how many of them somebody gets.
	Flood web.Flood
}

// ticket is what is sealed in one.
type ticket struct {
	Credential string `json:"c"`
	Host       string `json:"h"`
	Path       string `json:"p"`
	Expires    int64  `json:"e"`
	Name       string `json:"n"`
}

// maxTicketBody bounds the request for a ticket, and maxTicket what is looked at as one, in
// bytes.
const (
	maxTicketBody = 16 << 10
	maxTicket     = 12 << 10
)

// mint answers a request for a ticket: POST with the path of the WebSocket, and a credential
// in the header in which its route takes one. Who could not open that gets none.
func (p *passage) mint() error {
	if len(p.r.Header[headerAuthorization]) == 0 && len(p.r.Header[HeaderCredential]) == 0 {
		return caller.Missing() // before anything is said of routes
	}
	wanted, err := p.wanted()
	if err != nil {
		return err
	}
	credential, problem := web.BearerToken(wanted.credential())
	if credential == "" && problem == "" { // what a browser sends by itself asks for nothing here
		return caller.Missing()
	}
	err = wanted.admit()
	p.match, p.caller, p.decision = wanted.match, wanted.caller, wanted.decision
	if err != nil {
		return err
	}
	if p.caller == nil {
		return fault.New(fault.Invalid, "gate.ticket", "The route is public: its WebSockets need no ticket.")
	}
	if wait := p.door.Tickets.Flood.Take(p.r.Context(), "ticket:"+p.countsFor()); wait > 0 {
		return &fault.Error{Kind: fault.TooMany, Code: "gate.tickets", Detail: "Too many tickets were asked for.", RetryAfter: wait}
	}
	text, err := p.door.Tickets.seal(ticket{
		Credential: credential, Host: p.request.host, Path: wanted.request.path.String(),
		Expires: time.Now().Add(TicketLife).Unix(), Name: secret.Token(16),
	})
	if err != nil {
		return err
	}
	return web.JSON(&p.status, http.StatusOK, map[string]any{"subprotocol": gate.TicketProtocol + text, "expires_in": int(TicketLife / time.Second)})
}

// wanted is the request for the WebSocket that a ticket is asked for.
func (p *passage) wanted() (*passage, error) {
	var asked struct {
		Path string `json:"path"`
	}
	d := json.NewDecoder(http.MaxBytesReader(&p.status, p.r.Body, maxTicketBody))
	d.DisallowUnknownFields()
	if err := d.Decode(&asked); err != nil {
		return nil, fault.Wrap(err, fault.Malformed, "gate.ticket", `The body must be {"path": "/the/path/of/the/websocket"}.`)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fault.New(fault.Malformed, "gate.ticket", "There is more than one JSON value in the body.")
	}
	w := *p
	w.r = p.r.Clone(p.r.Context())
	w.r.Method, w.r.Body = http.MethodGet, http.NoBody
	var err error
	if w.request.path, err = gate.ParsePath(asked.Path); err != nil {
		return nil, err
	}
	w.request.query = ""
	if w.match, err = w.find(); err != nil {
		return nil, err
	}
	if s := w.match.Route.Stream; s == nil || !s.WebSocket {
		return nil, badUpgrade("That route takes no WebSockets.")
	}
	return &w, nil
}

func (t *Tickets) seal(one ticket) (string, error) {
	plain, err := json.Marshal(one)
	if err != nil {
		return "", fmt.Errorf("write a ticket: %w", err)
	}
	text, err := t.Box.Seal(plain)
	if err != nil {
		return "", fmt.Errorf("seal a ticket: %w", err)
	}
	return text, nil
}

// open reads a ticket for a host and a path. It reports false for what is none, and for
// what is over.
func (t *Tickets) open(text, host, path string, now time.Time) (one ticket, ok bool) {
	if len(text) > maxTicket {
		return one, false
	}
	plain, err := t.Box.Open(text)
	if err != nil || json.Unmarshal(plain, &one) != nil {
		return one, false
	}
	return one, one.Host == host && one.Path == path && now.Unix() < one.Expires
}

// redeem takes the ticket of a WebSocket, and goes on with the credential that it stands
// for. A ticket is used by being shown, whatever comes of it.
func (p *passage) redeem() error {
	now := time.Now()
	one, ok := p.door.Tickets.open(p.upgrade.ticket, p.request.host, p.request.path.String(), now)
	if !ok {
		return caller.BadTicket()
	}
	fresh, err := p.door.Tickets.Once.UseOnce(p.r.Context(), "gate_ticket", one.Name, now.Add(2*TicketLife))
	if err != nil {
		return &fault.Error{Kind: fault.Unavailable, Code: "store.unavailable", Detail: "The database cannot answer now.", RetryAfter: time.Second, Err: err}
	}
	if !fresh {
		return caller.BadTicket()
	}
	r := *p.r
	r.Header = r.Header.Clone()
	r.Header.Set(p.credentialHeader(), "Bearer "+one.Credential)
	r.Header.Del("Sec-Websocket-Protocol")
	p.r = &r
	return nil
}
