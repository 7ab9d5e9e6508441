package foreign

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"gatehouse/gate"
)

// Bounds of what an issuer is asked.
const (
	fetchTimeout = 5 * time.Second
	maxBody      = 256 << 10 // bytes
	maxHeaders   = 16 << 10
)

// wire asks an issuer. It follows no redirects and knows no proxies of the environment: a
// secret or a token goes where the file says, and nowhere else.
type wire struct{ client *http.Client }

func newWire(i *gate.Issuer) wire {
	return wire{&http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext:         (&net.Dialer{Timeout: 2 * time.Second}).DialContext,
			TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: i.Roots()},
			TLSHandshakeTimeout: 2 * time.Second, ForceAttemptHTTP2: true, MaxResponseHeaderBytes: maxHeaders,
			MaxIdleConnsPerHost: maxAsked, IdleConnTimeout: 90 * time.Second,
		},
	}}
}

// fetchKeys reads the keys that the issuer publishes.
func (i *issuer) fetchKeys(ctx context.Context) (map[string]publicKey, error) {
	address := i.JWKS
	if address == "" {
		var err error
		if address, err = i.discover(ctx); err != nil {
			return nil, err
		}
	}
	body, err := i.wire.get(ctx, address)
	if err != nil {
		return nil, fmt.Errorf("read the key set: %w", err)
	}
	return parseKeys(body, i.Algorithms)
}

// discover returns where the keys are by the issuer's own document (OpenID Connect Discovery
// section 4), which has to be of the issuer that was meant.
func (i *issuer) discover(ctx context.Context) (string, error) {
	body, err := i.wire.get(ctx, strings.TrimSuffix(i.Issuer.Issuer, "/")+"/.well-known/openid-configuration")
	if err != nil {
		return "", fmt.Errorf("read the discovery document: %w", err)
	}
	var said struct {
		Issuer string `json:"issuer"`
		JWKS   string `json:"jwks_uri"`
	}
	if err := json.Unmarshal(body, &said); err != nil {
		return "", fmt.Errorf("read the discovery document: %w", err)
	}
	if said.Issuer != i.Issuer.Issuer {
		return "", fmt.Errorf("the discovery document is of %.100q", said.Issuer)
	}
	return said.JWKS, i.leads(said.JWKS)
}

// leads holds where an issuer leads: not from the network to what listens on this machine.
func (i *issuer) leads(address string) error {
	u, err := url.Parse(address)
	own, wrong := url.Parse(i.Issuer.Issuer)
	if err != nil || wrong != nil || u.Host == "" || u.User != nil || !gate.IsSecure(u) || u.Scheme != "https" && own.Scheme == "https" {
		return fmt.Errorf("the discovery document has its keys at %.100q, which is no https address", address)
	}
	return nil
}

func (w wire) get(ctx context.Context, address string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", "application/json")
	return w.do(r)
}

// do returns the body of an answer that is 200, JSON and not too long.
func (w wire) do(r *http.Request) ([]byte, error) {
	answer, err := w.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the answer is %d", answer.StatusCode)
	}
	if kind, _, err := mime.ParseMediaType(answer.Header.Get("Content-Type")); err != nil || kind != "application/json" && !strings.HasSuffix(kind, "+json") {
		return nil, errors.New("the answer is not JSON")
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxBody+1))
	if err != nil {
		return nil, err
	}
	if len(body) > maxBody {
		return nil, fmt.Errorf("the answer is over %d KiB", maxBody>>10)
	}
	return body, nil
}
