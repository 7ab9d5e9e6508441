package proxy

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// errAnswer is that an upstream's answer is not one that its route passes on.
var errAnswer = errors.New("the answer is not passed on")

// dress makes of the head of an upstream's answer what the route says, and adds what
// keeps browsers and caches from making something else of it.
func (p *passage) dress(answer *http.Response) error {
	route, h := p.match.Route, answer.Header
	if route.CORS != nil {
		stripCORS(h)
	}
	for _, name := range route.Response.Remove {
		h.Del(name)
	}
	absent(h, "X-Content-Type-Options", "nosniff")
	if !route.Public {
		absent(h, "Cache-Control", "private") // what one caller may see is not for the next one
	}
	for _, one := range route.Response.Set {
		h.Set(one.Name, one.Value)
	}
	if route.Response.Secret {
		h.Set("Cache-Control", "no-store")
		if coding := h.Get("Content-Encoding"); coding != "" && coding != "identity" {
			return fmt.Errorf("%w: it is compressed, and secret", errAnswer)
		}
	}
	return bound(answer, route.Response.Most)
}

// absent sets a header that is not there.
func absent(h http.Header, name, value string) {
	if len(h[name]) == 0 {
		h[name] = []string{value}
	}
}

// bound cuts off an answer that is longer than its route passes on, or refuses it where
// it says so itself.
func bound(answer *http.Response, most int64) error {
	if most == 0 || answer.StatusCode == http.StatusSwitchingProtocols || answer.Request != nil && answer.Request.Method == http.MethodHead {
		return nil
	}
	if answer.ContentLength > most {
		return fmt.Errorf("%w: it has %d bytes, and %d are the bound", errAnswer, answer.ContentLength, most)
	}
	answer.Body = &bounded{answer.Body, most}
	return nil
}

// bounded is a body of which so many bytes are left.
type bounded struct {
	io.ReadCloser
	left int64
}

func (b *bounded) Read(into []byte) (int, error) {
	if int64(len(into)) > b.left+1 {
		into = into[:b.left+1]
	}
	n, err := b.ReadCloser.Read(into)
	if b.left -= int64(n); b.left < 0 {
		return n + int(b.left), fmt.Errorf("%w: it is longer than its bound", errAnswer)
	}
	return n, err
}

// only leaves of a visitor's headers those that the route passes on.
func only(h http.Header, pass map[string]bool) {
	if pass == nil {
		return
	}
	for name := range h {
		if !pass[strings.ToLower(name)] {
			delete(h, name)
		}
	}
}
