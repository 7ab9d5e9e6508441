package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"gatehouse/house/check"
	"gatehouse/keys"
)

// The bounds of a question to the issuer: it may be anybody.
const (
	askTimeout  = 5 * time.Second
	answerBound = 1 << 20
)

// ask sends one request. No proxy of the environment stands in between, no
// redirect is followed, and no connection is kept: nobody is spoken to but who is
// named. The caller closes the body.
func ask(ctx context.Context, roots *x509.CertPool, method, to string, header http.Header) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, to, nil)
	if err != nil {
		return nil, err
	}
	if header != nil {
		req.Header = header
	}
	client := http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return client.Do(req)
}

// answer is what the issuer said.
type answer struct {
	status int
	header http.Header
	body   []byte
	chain  []*x509.Certificate
	at     time.Time // the middle of the question, by our clock
}

func (e *examiner) get(ctx context.Context, path string) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	begun := time.Now()
	resp, err := ask(ctx, e.Roots, http.MethodGet, e.Config.Issuer+path, http.Header{"Cache-Control": {"no-cache"}})
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, answerBound))
	if err != nil {
		return answer{}, err
	}
	a := answer{status: resp.StatusCode, header: resp.Header, body: body, at: begun.Add(time.Since(begun) / 2)}
	if resp.TLS != nil {
		a.chain = resp.TLS.PeerCertificates
	}
	return a, nil
}

// issuer looks at what the world sees.
func (e *examiner) issuer(ctx context.Context) []check.Finding {
	a, err := e.get(ctx, "/.well-known/openid-configuration")
	if err != nil {
		return e.unreachable(err)
	}
	found := e.leaf(a)
	found = append(found, date(a)...)
	found = append(found, e.discovery(ctx, a)...)
	found = append(found, e.inside(ctx)...)
	switch {
	case slices.ContainsFunc(found, check.Finding.Bad):
		return found
	case e.store == nil: // whose keys it signs with cannot be compared
		return append(found, unknown("issuer", e.Config.Issuer+" answers; whether it is this Gatehouse the database could not be asked")...)
	}
	return append(found, check.Finding{Check: "issuer", Severity: check.OK, Says: e.Config.Issuer + " answers, and is this Gatehouse"})
}

// unreachable says why nobody answered. It is no wonder while no server runs.
func (e *examiner) unreachable(err error) []check.Finding {
	if bad, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		host := ""
		if u, err := url.Parse(e.Config.Issuer); err == nil {
			host = u.Hostname()
		}
		found := check.Chain(bad.UnverifiedCertificates, host, "the certificate that "+e.Config.Issuer+" shows", e.now, e.Roots)
		if !slices.ContainsFunc(found, check.Finding.Bad) {
			found = append(found, of("issuer.tls", err, ""))
		}
		return found
	}
	if !e.up {
		return unknown("issuer", e.Config.Issuer+" does not answer, and no server runs here: what the world sees could not be looked at")
	}
	return []check.Finding{{
		Check: "issuer.reachable", Severity: check.Problem,
		Says:   fmt.Sprintf("%s does not answer from here: %v", e.Config.Issuer, err),
		Remedy: "Look at the name in DNS, at the proxy, and at the firewall. Some networks do not lead out and back in again: then ask from another machine.",
	}}
}

// leaf looks at a certificate that was accepted: one day it will not be.
func (e *examiner) leaf(a answer) []check.Finding {
	if len(a.chain) == 0 {
		return nil
	}
	return check.Lasting(a.chain[0], "the certificate that "+e.Config.Issuer+" shows", e.now)
}

// date compares the answer's clock with ours. What a cache kept is as old as it says.
func date(a answer) []check.Finding {
	there, err := http.ParseTime(a.header.Get("Date"))
	if err != nil {
		return nil
	}
	if age, err := strconv.Atoi(a.header.Get("Age")); err == nil {
		there = there.Add(time.Duration(age) * time.Second)
	}
	if found := judgeClock("clock.issuer", "the clock of who answers for the issuer", there.Sub(a.at.Truncate(time.Second))); found[0].Bad() {
		return found
	}
	return nil
}

// discovery looks whether who answers is this Gatehouse.
func (e *examiner) discovery(ctx context.Context, a answer) []check.Finding {
	const name, remedy = "issuer.discovery", "Look where the proxy sends " + "/.well-known/openid-configuration, and whether it passes the path on unchanged."
	problem := func(says string) []check.Finding {
		return []check.Finding{{Check: name, Severity: check.Problem, Says: says, Remedy: remedy}}
	}
	if a.status != http.StatusOK {
		return problem(fmt.Sprintf("%s answers %d where its discovery document should be", e.Config.Issuer, a.status))
	}
	var d struct {
		Issuer  string `json:"issuer"`
		JWKSURI string `json:"jwks_uri"`
	}
	if err := json.Unmarshal(a.body, &d); err != nil {
		return problem("what " + e.Config.Issuer + " answers is no discovery document")
	}
	if d.Issuer != e.Config.Issuer {
		return []check.Finding{{
			Check: name, Severity: check.Problem,
			Says:   fmt.Sprintf("the discovery document says that the issuer is %.200q, and this configuration says %q: applications refuse that", d.Issuer, e.Config.Issuer),
			Remedy: "Give the server and this command the same configuration; issuer must be what the world asks for, byte by byte.",
		}}
	}
	path, ok := strings.CutPrefix(d.JWKSURI, e.Config.Issuer+"/")
	if !ok {
		return problem("the key set is said to be elsewhere than at the issuer")
	}
	return e.keySet(ctx, "/"+path)
}

// keySet compares the published keys with those of the database: another
// Gatehouse may answer under this name.
func (e *examiner) keySet(ctx context.Context, path string) []check.Finding {
	a, err := e.get(ctx, path)
	var set struct {
		Keys []struct {
			ID string `json:"kid"`
		} `json:"keys"`
	}
	if err == nil && a.status == http.StatusOK {
		err = json.Unmarshal(a.body, &set)
	}
	if err != nil || a.status != http.StatusOK || len(set.Keys) == 0 {
		return []check.Finding{{Check: "issuer.keys", Severity: check.Problem, Says: "the key set does not come from " + e.Config.Issuer + path, Remedy: "Look at the server's log, and at the proxy."}}
	}
	if e.store == nil {
		return nil
	}
	rows, err := e.store.Keys(ctx, true)
	if err != nil {
		return []check.Finding{of("issuer.keys", err, "")}
	}
	for _, published := range set.Keys {
		if slices.ContainsFunc(rows, func(k keys.Key) bool { return k.ID == published.ID }) {
			return nil
		}
	}
	return []check.Finding{{
		Check: "issuer.keys", Severity: check.Problem,
		Says:   "none of the keys that " + e.Config.Issuer + " publishes is in this database: another Gatehouse answers there",
		Remedy: "Look at store.url, and where the name and the proxy lead.",
	}}
}

// inside looks whether the proxy leads to what is not for the public.
func (e *examiner) inside(ctx context.Context) []check.Finding {
	for path, mark := range map[string]string{"/metrics": "gatehouse_build_info", "/readyz": `"checks"`} {
		a, err := e.get(ctx, path)
		if err == nil && strings.Contains(string(a.body), mark) {
			return []check.Finding{{
				Check: "issuer.internal", Severity: check.Problem,
				Says:   e.Config.Issuer + path + " answers: health, metrics and profiles are open to everybody",
				Remedy: "Let the proxy lead to listen.public only.",
			}}
		}
	}
	return nil
}
