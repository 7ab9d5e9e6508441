package doctor

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"gatehouse/house/check"
	"gatehouse/web"
)

// pretended is the address that the probe says it comes from: one that nobody
// has (RFC 5737).
const pretended = "192.0.2.123"

// probes is how often the issuer is asked until the server that was told answers:
// behind a load balancer others may.
const probes = 5

// arrival asks the server how a request to the issuer reached it.
func (e *examiner) arrival(ctx context.Context) []check.Finding {
	if !e.up {
		return unknown("proxy", "no server answers here, so nobody can tell how requests reach one")
	}
	seen, err := e.probe(ctx)
	if err != nil {
		return unknown("proxy", "how requests reach the server could not be found out: "+err.Error())
	}
	proxies, _ := e.Config.Web.Proxies() // validated with the configuration
	return judgeArrival(seen, e.Config.Issuer, proxies)
}

// probe arms the server for one name, sends requests of that name to the issuer,
// and reads what the server saw.
func (e *examiner) probe(ctx context.Context) (web.Arrival, error) {
	at := inside(e.Config.Web.Listen.Internal, web.PathArrival)
	var armed struct{ Probe string }
	if err := e.tell(ctx, http.MethodPost, at, &armed); err != nil {
		return web.Arrival{}, err
	}
	header := http.Header{web.HeaderProbe: {armed.Probe}, "X-Forwarded-For": {pretended}}
	for range probes {
		asked, cancel := context.WithTimeout(ctx, askTimeout)
		resp, err := ask(asked, e.Roots, http.MethodGet, e.Config.Issuer+"/", header.Clone())
		if err == nil {
			err = resp.Body.Close()
		}
		cancel()
		if err != nil {
			return web.Arrival{}, err
		}
		var seen web.Arrival
		if e.tell(ctx, http.MethodGet, at+"/"+armed.Probe, &seen) == nil {
			return seen, nil
		}
	}
	return web.Arrival{}, fmt.Errorf("%d requests to %s did not reach the server of this machine: others answer there", probes, e.Config.Issuer)
}

// tell asks the internal listener and decodes what it says.
func (e *examiner) tell(ctx context.Context, method, to string, v any) error {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	resp, err := ask(ctx, nil, method, to, nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", to, resp.Status)
	}
	return json.NewDecoder(io.LimitReader(resp.Body, 1<<16)).Decode(v)
}

// judgeArrival judges how the probe, which pretended to come from elsewhere, was
// seen.
func judgeArrival(a web.Arrival, issuer string, proxies []netip.Prefix) []check.Finding {
	trusted := a.Trusts(proxies)
	hops := a.Hops()
	var found []check.Finding
	say := func(name string, severity check.Severity, says, remedy string) {
		found = append(found, check.Finding{Check: "proxy." + name, Severity: severity, Says: says, Remedy: remedy})
	}
	switch forwards := len(hops) > 1 || len(hops) == 1 && hops[0] != pretended; {
	case a.Address == pretended && len(hops) == 1:
		say("forged", check.Problem,
			"the proxy at "+a.Peer+" passes on the X-Forwarded-For that visitors send: anybody can give any address, and evade every limit",
			"Let the proxy append the address that it sees: nginx: proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;")
	case forwards && !trusted:
		say("trusted", check.Warning,
			"requests come from "+a.Peer+" with an X-Forwarded-For, and that proxy is not in trusted_proxies: all visitors seem to have its address, and limits hit all of them together",
			"trusted_proxies: ["+a.Peer+"]")
	case trusted && !forwards && len(hops) == 0:
		say("address", check.Warning,
			"the proxy at "+a.Peer+" does not say whom it speaks for: all visitors seem to have its address",
			"Let the proxy send X-Forwarded-For: nginx: proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;")
	}
	u, err := url.Parse(issuer)
	if err != nil {
		return found
	}
	if a.Proto != "" && !strings.EqualFold(a.Proto, u.Scheme) {
		say("scheme", check.Warning, fmt.Sprintf("the proxy says that the request came by %.20q, and the issuer is %s: people who come that way get cookies that do not come back", a.Proto, u.Scheme),
			"Let the proxy lead "+a.Proto+" to "+u.Scheme+" by a redirect.")
	}
	if !slices.Contains([]string{a.Host, a.ForwardedHost}, u.Host) {
		say("host", check.Note, fmt.Sprintf("the server sees the host %.100q where the issuer's is %q: forms are checked against the issuer, so nothing breaks", a.Host, u.Host),
			"Let the proxy pass it on: nginx: proxy_set_header Host $host;")
	}
	if len(found) == 0 {
		way := "; no proxy says that it stands in between"
		if trusted && len(hops) > 1 {
			way = ", through the proxy at " + a.Peer
		}
		found = []check.Finding{{Check: "proxy", Severity: check.OK, Says: "a request to the issuer arrives from " + a.Address + way}}
	}
	return found
}
