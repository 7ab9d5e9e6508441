package verify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// metadataFresh is how long the issuer's metadata is believed without a look.
const metadataFresh = time.Hour

// metadata is the part of the issuer's discovery document that is needed here
// (RFC 8414, OpenID Connect Discovery 1.0).
type metadata struct {
	Issuer     string `json:"issuer"`
	JWKS       string `json:"jwks_uri"`
	Token      string `json:"token_endpoint"`
	Introspect string `json:"introspection_endpoint"`
}

// issuer asks the Gatehouse. It follows no redirects: a secret or a token goes
// where the issuer says and nowhere else.
type issuer struct {
	address string
	client  *http.Client

	mu   sync.Mutex
	meta *metadata
	at   time.Time
}

func newIssuer(address string, client *http.Client) *issuer {
	own := *client
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	own.Jar = nil
	return &issuer{address: address, client: &own}
}

// metadata returns the issuer's document, which may be an hour old, or older while
// the issuer does not answer.
func (i *issuer) metadata(ctx context.Context) (*metadata, error) {
	i.mu.Lock()
	meta, at := i.meta, i.at
	i.mu.Unlock()
	if meta != nil && time.Since(at) < metadataFresh {
		return meta, nil
	}
	fresh, err := i.readMetadata(ctx)
	if err != nil {
		if meta != nil {
			return meta, nil
		}
		return nil, err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.meta, i.at = fresh, time.Now()
	return fresh, nil
}

func (i *issuer) readMetadata(ctx context.Context) (*metadata, error) {
	body, err := i.get(ctx, strings.TrimSuffix(i.address, "/")+"/.well-known/openid-configuration")
	if err != nil {
		return nil, fmt.Errorf("read the issuer's metadata: %w", err)
	}
	m := &metadata{}
	if err := json.Unmarshal(body, m); err != nil {
		return nil, fmt.Errorf("read the issuer's metadata: %w", err)
	}
	if m.Issuer != i.address {
		return nil, fmt.Errorf("read the issuer's metadata: it says that it is %.100q", m.Issuer)
	}
	for _, address := range []string{m.JWKS, m.Token, m.Introspect} {
		if address != "" && !trusted(address) {
			return nil, fmt.Errorf("read the issuer's metadata: %.100q is no https address", address)
		}
	}
	if m.JWKS == "" {
		return nil, errors.New("read the issuer's metadata: it names no key set")
	}
	return m, nil
}

// forget has the next call read the metadata again: what it said did not work.
func (i *issuer) forget() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.at = time.Time{}
}

func (i *issuer) keys(ctx context.Context, allowed []string) (map[string]publicKey, error) {
	meta, err := i.metadata(ctx)
	if err != nil {
		return nil, err
	}
	body, err := i.get(ctx, meta.JWKS)
	if err != nil {
		i.forget()
		return nil, fmt.Errorf("read the key set: %w", err)
	}
	return parseKeys(body, allowed)
}

func (i *issuer) get(ctx context.Context, address string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	return i.do(req)
}

// post sends a form as a client of the issuer's (RFC 6749 section 2.3.1).
func (i *issuer) post(ctx context.Context, address, id, secret string, form url.Values) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(url.QueryEscape(id), url.QueryEscape(secret))
	return i.do(req)
}

// statusError is an answer that is not 200.
type statusError int

func (s statusError) Error() string { return fmt.Sprintf("the issuer answered %d", int(s)) }

// do returns the body of an answer that is 200, JSON and not too long.
func (i *issuer) do(req *http.Request) ([]byte, error) {
	resp, err := i.client.Do(req)
	if err != nil {
		return nil, withoutURL(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, statusError(resp.StatusCode)
	}
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind != "application/json" && kind != "application/jwk-set+json" {
		return nil, fmt.Errorf("the issuer answered with %.60q and not with JSON", kind)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxDocument+1))
	if err != nil {
		return nil, err
	}
	if len(body) > maxDocument {
		return nil, errors.New("the issuer's answer is too long")
	}
	return body, nil
}

// withoutURL takes the address out of an error: what is asked may stand in it.
func withoutURL(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}
