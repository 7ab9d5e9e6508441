package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"time"
)

// Answer is what a method returns.
type Answer[T any] struct {
	Body T
	// ETag names the revision of Body, as IfMatch takes it; "" where it has none.
	ETag string
	// Location is the path of what was just made, otherwise "".
	Location string
	// Request is the id by which the server's log finds the request.
	Request string
}

// request is one of a method, which may be sent several times.
type request struct {
	method string
	path   string
	query  url.Values
	header http.Header
	body   any
	keyed  bool // it takes an Idempotency-Key
	err    error
}

// to puts names into a path, "/api/v1/users/{user}".
func (r *request) to(path string, names ...any) {
	for _, one := range names {
		name := fmt.Sprint(one)
		if name == "" || name == "." || name == ".." {
			r.err = fmt.Errorf("gatehouse: %q is no id", name) // it would be another path
			return
		}
		begin, end := strings.IndexByte(path, '{'), strings.IndexByte(path, '}')
		r.path += path[:begin] + url.PathEscape(name)
		path = path[end+1:]
	}
	r.path += path
}

func (r *request) addQuery(name string, value any) {
	if text, has := text(value); has {
		if r.query == nil {
			r.query = url.Values{}
		}
		r.query.Set(name, text)
	}
}

func (r *request) addHeader(name string, value any) {
	if text, has := text(value); has {
		if r.header == nil {
			r.header = http.Header{}
		}
		r.header.Set(name, text)
	}
}

// text is a parameter as it is sent. A nil pointer and an empty text are none.
func text(value any) (text string, has bool) {
	v := reflect.ValueOf(value)
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return "", false
		}
		v = v.Elem()
	} else if v.IsZero() {
		return "", false
	}
	if at, is := v.Interface().(time.Time); is {
		return at.UTC().Format(time.RFC3339Nano), true
	}
	return fmt.Sprint(v.Interface()), true
}

// maxAnswer bounds what is read of an answer, in bytes.
const maxAnswer = 64 << 20

// send sends a request, and reads the answer into a T.
func send[T any](ctx context.Context, g *Gatehouse, r request) (*Answer[T], error) {
	resp, err := g.do(ctx, r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	a := &Answer[T]{ETag: resp.Header.Get("ETag"), Location: resp.Header.Get("Location"), Request: resp.Header.Get("X-Request-Id")}
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, r.failed(fmt.Errorf("read the answer: %w", err))
	case len(text) > maxAnswer:
		return nil, r.failed(errors.New("the answer is too large"))
	case len(text) == 0 && resp.StatusCode == http.StatusNoContent:
		return a, nil
	}
	if err := json.Unmarshal(text, &a.Body); err != nil {
		return nil, r.failed(fmt.Errorf("read the answer: %w", err))
	}
	return a, nil
}

// stream sends a request, and returns the answer as it comes.
func (g *Gatehouse) stream(ctx context.Context, r request) (io.ReadCloser, error) {
	resp, err := g.do(ctx, r)
	if err != nil {
		return nil, err
	}
	return resp.Body, nil
}

// failed is an error with what was asked.
func (r *request) failed(err error) error {
	return fmt.Errorf("gatehouse: %s %s: %w", r.method, r.path, err)
}

// prepare writes the body once, and gives the request a key if it takes one.
func (r *request) prepare() ([]byte, error) {
	if r.err != nil {
		return nil, r.err
	}
	if r.keyed && r.header.Get("Idempotency-Key") == "" {
		r.addHeader("Idempotency-Key", rand.Text())
	}
	if r.body == nil {
		return nil, nil
	}
	text, err := json.Marshal(r.body)
	if err != nil {
		return nil, r.failed(fmt.Errorf("write the body: %w", err))
	}
	return text, nil
}

// once sends the request one time.
func (g *Gatehouse) once(ctx context.Context, r request, body []byte, token string) (*http.Response, error) {
	address := g.base + r.path
	if len(r.query) > 0 {
		address += "?" + r.query.Encode()
	}
	sent, err := http.NewRequestWithContext(ctx, r.method, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for name, values := range r.header {
		sent.Header[name] = values
	}
	if body != nil {
		sent.Header.Set("Content-Type", "application/json")
	}
	sent.Header.Set("Authorization", "Bearer "+token)
	sent.Header.Set("User-Agent", g.agent)
	return g.http.Do(sent)
}
