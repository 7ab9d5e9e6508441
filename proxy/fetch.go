package proxy

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"gatehouse/fault"
	"gatehouse/gate"
	"gatehouse/web"
)

// maxFetched bounds what an upstream may say of a resource, in bytes.
const maxFetched = 64 << 10

// errNoResource is that the upstream has no such thing.
var errNoResource = errors.New("the upstream has no such resource")

// fetch asks an upstream for what the decision needs to know of the resource. It is asked
// by the gate itself, which says so in an assertion. What goes wrong is Unanswered, and
// the request does not go through: what is not known allows nothing.
func (p *passage) fetch(f *gate.Fetch) (map[string]any, error) {
	if p.kept.said != nil {
		return *p.kept.said, nil
	}
	if p.kept.wait {
		return nil, cmp.Or(p.kept.lost, errFetchLater)
	}
	ctx, cancel := context.WithTimeout(withUpstream(p.r.Context(), f.Upstream), f.Timeout)
	defer cancel()
	at := time.Now()
	attrs, err := p.fetched(ctx, f)
	if errors.Is(err, errNoResource) {
		// Whoever may not do so with any resource gets the answer to that of one:
		// whether it exists is not theirs to know.
		attrs, err = nil, nil
	}
	if err != nil {
		p.kept.lost = fault.Wrap(err, fault.Unanswered, "gate.fetch", "The gate cannot learn what it has to know of this resource.")
		return nil, p.kept.lost
	}
	p.kept.said, p.kept.at = &attrs, at
	return attrs, nil
}

func (p *passage) fetched(ctx context.Context, f *gate.Fetch) (map[string]any, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "/", nil)
	if err != nil {
		return nil, fmt.Errorf("fetch the resource: %w", err)
	}
	r.URL = address(f.Path(&p.match), "")
	asks := statement{
		audience: f.Upstream.Audience, subject: itself, client: itself.ID,
		permission: p.decision.permission, version: p.caller.Snapshot.Version(),
	}
	assertion, err := p.door.assertor.assert(ctx, asks, time.Time{}, time.Now())
	if err != nil {
		return nil, err
	}
	r.Header.Set(HeaderAssertion, assertion)
	r.Header.Set("Accept", "application/json")
	answer, err := p.door.transport.RoundTrip(r)
	if err != nil {
		return nil, fmt.Errorf("fetch the resource: %w", err)
	}
	defer answer.Body.Close()
	return attributes(answer, f.Fields)
}

// attributes reads the fields that were asked for, and no others: of an object, once.
func attributes(answer *http.Response, fields []string) (map[string]any, error) {
	if answer.StatusCode == http.StatusNotFound {
		return nil, errNoResource
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetch the resource: the upstream answered %d", answer.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxFetched+1))
	if err != nil {
		return nil, fmt.Errorf("fetch the resource: %w", err)
	}
	if len(body) > maxFetched {
		return nil, errors.New("fetch the resource: the answer is too long")
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(body, &all); err != nil {
		return nil, fmt.Errorf("fetch the resource: %w", err)
	}
	attrs := make(map[string]any, len(fields))
	for _, name := range fields {
		if len(all[name]) == 0 {
			continue
		}
		value, err := web.ParseJSON(all[name], maxFetched)
		if err != nil {
			return nil, fmt.Errorf("fetch the resource: read %s: %w", name, err)
		}
		if value != nil { // null is what it has not, as in filters
			attrs[name] = value
		}
	}
	return attrs, nil
}
