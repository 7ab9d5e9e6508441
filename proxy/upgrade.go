package proxy

import (
	"crypto/sha1"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"

	"gatehouse/fault"
	"gatehouse/gate"
)

// upgrade is a request for a WebSocket (RFC 6455 section 4.2.1), as it goes on.
type upgrade struct {
	key       string
	offered   []string // subprotocols, without those of ours
	extended  bool     // extensions are offered
	ticket    string
	hasTicket bool
}

func badUpgrade(detail string) error { return fault.New(fault.Malformed, "gate.upgrade", detail) }

// readUpgrade returns what of r asks for another protocol, nil where nothing does. What
// it does not refuse is a WebSocket, in the one way in which all servers see one.
func readUpgrade(r *http.Request) (*upgrade, error) {
	h := r.Header
	_, settings := h["Http2-Settings"]
	if len(h["Upgrade"]) == 0 && !tokens(h["Connection"], "upgrade") && !settings {
		return nil, nil
	}
	switch {
	case len(h["Upgrade"]) != 1 || !strings.EqualFold(h.Get("Upgrade"), "websocket") || settings:
		return nil, badUpgrade("The gate changes to no other protocol than to that of WebSockets.")
	case r.ProtoMajor != 1 || r.ProtoMinor != 1 || !tokens(h["Connection"], "upgrade"):
		return nil, badUpgrade("A WebSocket begins with an upgrade of HTTP/1.1.")
	case r.Method != http.MethodGet || r.ContentLength != 0 || len(r.TransferEncoding) > 0:
		return nil, badUpgrade("A WebSocket begins with a GET without a body.")
	case len(h["Sec-Websocket-Version"]) != 1 || h.Get("Sec-Websocket-Version") != "13":
		return nil, badUpgrade("The version of WebSockets is 13.")
	}
	u := &upgrade{key: h.Get("Sec-Websocket-Key"), extended: len(h["Sec-Websocket-Extensions"]) > 0}
	if raw, err := base64.StdEncoding.DecodeString(u.key); len(h["Sec-Websocket-Key"]) != 1 || err != nil || len(raw) != 16 {
		return nil, badUpgrade("The key of the WebSocket is none.")
	}
	return u, u.readProtocols(h["Sec-Websocket-Protocol"])
}

// maxProtocols bounds how many subprotocols are offered.
const maxProtocols = 16

// readProtocols takes the ticket out of the subprotocols that are offered.
func (u *upgrade) readProtocols(lines []string) error {
	if len(lines) == 0 {
		return nil
	}
	for name := range strings.SplitSeq(strings.Join(lines, ","), ",") {
		name = strings.Trim(name, " \t")
		ticket, is := strings.CutPrefix(name, gate.TicketProtocol)
		switch {
		case is && u.hasTicket:
			return fault.New(fault.Malformed, "gate.header", "There is more than one ticket.")
		case is:
			u.ticket, u.hasTicket = ticket, true
		case strings.HasPrefix(strings.ToLower(name), "gatehouse."), name == "", strings.ContainsAny(name, " \t\"(),/:;<=>?@[\\]{}"), len(u.offered) == maxProtocols:
			return badUpgrade("The subprotocols of the WebSocket cannot be used.")
		default:
			u.offered = append(u.offered, name)
		}
	}
	return nil
}

// tokens reports whether a list of a header has a token.
func tokens(lines []string, token string) bool {
	for _, line := range lines {
		for part := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(strings.Trim(part, " \t"), token) {
				return true
			}
		}
	}
	return false
}

// only leaves those subprotocols that the route passes on.
func (u *upgrade) only(names []string) {
	if len(names) > 0 {
		u.offered = slices.DeleteFunc(u.offered, func(name string) bool { return !slices.Contains(names, name) })
	}
}

// write writes the upgrade into the headers that go on, which have been stripped.
func (u *upgrade) write(h http.Header) {
	h.Set("Connection", "Upgrade")
	h.Set("Upgrade", "websocket")
	if delete(h, "Sec-Websocket-Protocol"); len(u.offered) > 0 {
		h.Set("Sec-WebSocket-Protocol", strings.Join(u.offered, ", "))
	}
}

// isAnswered reports whether an answer of 101 is one to u (RFC 6455 section 4.1).
func (u *upgrade) isAnswered(h http.Header) bool {
	sum := sha1.Sum([]byte(u.key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")) // as RFC 6455 has it; nothing rests on it
	chosen := h["Sec-Websocket-Protocol"]
	return len(h["Upgrade"]) == 1 && strings.EqualFold(h.Get("Upgrade"), "websocket") && tokens(h["Connection"], "upgrade") &&
		len(h["Sec-Websocket-Accept"]) == 1 && h.Get("Sec-Websocket-Accept") == base64.StdEncoding.EncodeToString(sum[:]) &&
		(len(chosen) == 0 || len(chosen) == 1 && slices.Contains(u.offered, chosen[0])) &&
		(len(h["Sec-Websocket-Extensions"]) == 0 || u.extended)
}

// checkOrigin refuses WebSockets of pages that the route does not take them of: a browser
// sends along what it has for the host, whoever's the page is. explicit is that the caller
// brought a credential which no browser sends by itself.
func (p *passage) checkOrigin(explicit bool) error {
	origin, allowed := p.r.Header.Get("Origin"), p.match.Route.Stream.Origins
	switch {
	case origin == "" && (explicit || p.match.Route.Public):
		return nil
	case slices.Contains(allowed, origin), origin == p.origin():
		return nil
	case explicit && len(allowed) == 0:
		return nil
	}
	return fault.New(fault.Forbidden, "gate.origin", "Pages of this origin may not connect here.")
}
