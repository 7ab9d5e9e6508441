package housetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"gatehouse/access"
	"gatehouse/internal/streamtest"
)

// slowly is how late a busy machine may do what nobody asks it for. How long it takes is
// measured by make bench/spread.
const slowly = 15 * time.Second

// lasting is a stream through the gate that is opened before the change, and by itself comes
// to an end.
func lasting(name string, rests []thing, open func(r *row) (*heldOpen, error), kinds ...access.Kind) use {
	u := use{
		name: name, rests: rests, keeps: true, late: slowly,
		try: map[access.Kind]func(r *row) outcome{},
		not: map[access.Kind]string{access.User: noKey, access.Client: noKey, access.ServiceAccount: noToken},
	}
	for _, kind := range kinds {
		u.try[kind] = func(r *row) outcome { return r.held(name, open) }
		delete(u.not, kind)
	}
	return u
}

// stays is one that was opened by an access token.
func stays(kind string) use {
	return lasting(kind+" through the gate", resting(theToken, thePermission), func(r *row) (*heldOpen, error) {
		return holds(r.T, r.lasting, kind, "/"+r.pattern.API, streamtest.Bearer(r.access))
	}, access.User, access.Client)
}

// staysByKey is one by the key of a service account, or a person's token of their own.
func staysByKey(kind string) use {
	return lasting(kind+" through the gate by its key", []thing{thePrincipal, theKey, thePermission}, func(r *row) (*heldOpen, error) {
		return holds(r.T, r.lasting, kind, "/"+r.pattern.API, streamtest.Bearer(r.text))
	}, access.User, access.ServiceAccount)
}

// actsOn is one of somebody of elsewhere who acts as the service account.
func actsOn(kind string) use {
	return lasting(kind+" through the gate by another issuer's token", []thing{thePrincipal, thePermission}, func(r *row) (*heldOpen, error) {
		return holds(r.T, r.lasting, kind, "/"+r.pattern.API, streamtest.Bearer(partnerOf(r.there).Token(r.id, partnerAudience)))
	}, access.ServiceAccount)
}

// staysInABrowser is one by the cookie of the browser in which the person signed in, of a
// page of the same host.
func staysInABrowser(kind string) use {
	u := lasting(kind+" through the gate in a browser", []thing{thePrincipal, theSession, thePermission}, func(r *row) (*heldOpen, error) {
		return holds(r.T, r.lasting, kind, "/page", ofPageWith(r.cookie))
	}, access.User)
	u.not[access.Client], u.not[access.ServiceAccount] = noSession, noSession
	return u
}

// ofPageWith are the headers that a browser sends from a page of the gate's host.
func ofPageWith(cookie string) http.Header {
	return http.Header{
		"Cookie": {"__Host-gatehouse_gate=" + cookie}, "Origin": {"https://" + gateHost}, "Sec-Fetch-Site": {"same-origin"}, "Sec-Fetch-Mode": {"cors"},
	}
}

// pageRoutes are for streams that pages open.
const pageRoutes = `---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: page-lasts}
spec:
  match: {hosts: [gate.example.test], paths: ["/page/ws", "/page/sse"], methods: [GET]}
  authn: [session]
  authorize: {api: shop, permission: "orders:read"}
  stream: {websocket: {}, sse: true}
  upstream: talker
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: page-calls}
spec:
  match: {hosts: [gate.example.test], paths: ["/page/grpc"], methods: [POST]}
  authn: [session]
  authorize: {api: shop, permission: "orders:read"}
  stream: {grpc: true}
  upstream: called
`

// staysByTicket is a WebSocket of a page that got a ticket for a credential.
func staysByTicket(rests []thing, by string, credential func(r *row) string) use {
	kinds := []access.Kind{access.User, access.Client}
	if by == "its key" {
		kinds = []access.Kind{access.User, access.ServiceAccount}
	}
	return lasting("WebSocket through the gate by a ticket for "+by, rests, func(r *row) (*heldOpen, error) {
		ticket, err := r.ticket(credential(r))
		if err != nil {
			return nil, err
		}
		return dialWebSocket(r.T, r.lasting, "/"+r.pattern.API+"/ws", http.Header{"Origin": {"https://app.example.test"}}, "orders.v1", ticket)
	}, kinds...)
}

func (r *row) itsToken() string { return r.access }

func (r *row) itsKey() string { return r.text }

// ticket is one for the principal's WebSocket.
func (r *row) ticket(credential string) (string, error) {
	in, err := http.NewRequest(http.MethodPost, "http://"+r.lasting.plain+"/.gatehouse/ticket", strings.NewReader(`{"path": "/`+r.pattern.API+`/ws"}`))
	if err != nil {
		return "", err
	}
	in.Host, in.Header = gateHost, streamtest.Bearer(credential)
	answer, err := http.DefaultClient.Do(in)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return "", errRefusedAtTheDoor{Status: answer.StatusCode}
	}
	var got struct{ Subprotocol string }
	if err := json.NewDecoder(answer.Body).Decode(&got); err != nil || got.Subprotocol == "" {
		return "", fmt.Errorf("the ticket is %q %w", got.Subprotocol, err)
	}
	return got.Subprotocol, nil
}

// held is how a stream of the principal goes on, which is opened at the first time.
func (r *row) held(name string, open func(r *row) (*heldOpen, error)) outcome {
	h := r.open[name]
	if h == nil {
		var err error
		h, err = open(r)
		if no, ok := errors.AsType[errRefusedAtTheDoor](err); ok && no.Status == http.StatusServiceUnavailable {
			return cannotTell
		}
		if err != nil {
			return outcome(err.Error())
		}
		if r.open == nil {
			r.open = map[string]*heldOpen{}
		}
		r.open[name] = h
	}
	return h.goesOn()
}
