package proxy

import (
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"sync"
	"time"

	"gatehouse/fault"
)

// body is an answer that lasts, on its way to the visitor.
type body struct {
	stream *stream
	stop   context.CancelCauseFunc // ends what the upstream says
	of     *passage
	answer *http.Response // whose trailer it writes
	from   io.ReadCloser

	mu    sync.Mutex // held by who looks at marks, and never while somebody waits
	marks marks
	rest  []byte // of the last word
	over  bool   // there is nothing but rest
}

// isEvents reports whether an answer is a stream of server-sent events.
func isEvents(h http.Header) bool {
	said := h.Get("Content-Type")
	if !begins(said, "text/event-stream") { // of most answers
		return false
	}
	kind, _, err := mime.ParseMediaType(said)
	return err == nil && kind == "text/event-stream"
}

// isGRPC reports whether a request is a call of gRPC.
func isGRPC(r *http.Request) bool {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	kind, _, _ = strings.Cut(kind, "+")
	return r.ProtoMajor == 2 && r.Method == http.MethodPost && strings.EqualFold(strings.TrimSpace(kind), "application/grpc")
}

// listen has an answer of server-sent events last for as long as the visitor may have it.
// Its error is a refusal, as of the request.
func (p *passage) listen(answer *http.Response) error {
	if answer.Header.Get("Content-Encoding") != "" { // in which no event can be told from another
		return fault.New(fault.Unanswered, "gate.upstream_encoding", "The application behind the gate encodes a stream of events.")
	}
	b := &body{answer: answer, from: answer.Body, marks: &events{}, of: p, stop: p.stop}
	s, err := p.openStream(kindSSE, b)
	if err != nil {
		return err
	}
	b.stream, answer.Body = s, b
	answer.ContentLength = -1
	delete(answer.Header, "Content-Length")
	p.endless()
	return nil
}

// calling has a call of gRPC last from the first byte of its request. Its messages have the
// bound of the route each, and no sum. Its error is a refusal.
func (p *passage) calling(in *http.Request) error {
	b := &body{marks: &messages{}, of: p, stop: p.stop}
	s, err := p.openStream(kindGRPC, b)
	if err != nil {
		return err
	}
	b.stream, p.reply = s, b
	in.Body = &asked{ReadCloser: in.Body, stream: s, marks: messages{most: uint64(p.match.Route.Body)}}
	p.endless()
	return nil
}

// asked is what a visitor says in a call.
type asked struct {
	io.ReadCloser
	stream *stream
	marks  messages
}

// Read reads what the visitor says, up to a message that is too large.
func (a *asked) Read(p []byte) (int, error) {
	n, err := a.ReadCloser.Read(p)
	if through(&a.marks, p[:n]) != nil {
		a.stream.cut(&ending{why: "size", err: errMessage})
		return 0, errMessage
	}
	a.stream.said()
	return n, err
}

// replied takes the answer to a call.
func (b *body) replied(answer *http.Response) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if e := b.stream.ended.Load(); e != nil {
		return e.err
	}
	answer.Trailer = nil // what will be said there is not announced
	b.answer, b.from, answer.Body = answer, answer.Body, b
	return nil
}

// endless takes away the deadlines of a request: what lasts is bounded by what is said.
func (p *passage) endless() {
	p.late.Stop()
	c := http.NewResponseController(p.w)
	_ = c.SetReadDeadline(time.Time{}) // a writer without deadlines is a test's
	_ = c.SetWriteDeadline(time.Time{})
}

// Read reads what the upstream says, up to the last word of the gate.
func (b *body) Read(p []byte) (int, error) {
	if n := copy(p, b.rest); n > 0 {
		b.rest = b.rest[n:]
		return n, nil
	}
	if b.over {
		return 0, io.EOF
	}
	n, err := b.from.Read(p)
	b.mu.Lock()
	defer b.mu.Unlock()
	e := b.stream.ended.Load()
	if e == nil {
		b.stream.said()
		_ = through(b.marks, p[:n]) // any text is events, and any number of bytes a message
		if err == io.EOF && b.answer.Trailer != nil {
			stripAnswer(b.answer.Trailer)
		}
		return n, err
	}
	if b.marks.whole() {
		n = 0
	} else if end, _ := b.marks.next(p[:n]); b.marks.whole() {
		n = end
	} else if err == nil {
		return n, nil // a little more is waited for
	}
	b.over = true
	return n, b.conclude(e)
}

// conclude has the last word follow, if there is a place for it.
func (b *body) conclude(e *ending) error {
	if b.kind() == kindGRPC {
		b.answer.Trailer = http.Header{"Grpc-Status": {e.grpcStatus()}, "Grpc-Message": {codeOf(e.err)}}
		return nil
	}
	if !b.marks.whole() {
		return errEnded // an event that is not whole is none
	}
	b.rest = fmt.Appendf(nil, "event: gatehouse\ndata: {\"code\":%q}\n\n", codeOf(e.err))
	return nil
}

// Close closes what the upstream says.
func (b *body) Close() error { return b.from.Close() }

// finish ends what the upstream says, between two events or messages, or a little later.
func (b *body) finish(*ending) {
	_ = http.NewResponseController(b.of.w).SetWriteDeadline(time.Now().Add(patience))
	b.mu.Lock()
	defer b.mu.Unlock()
	from := b.from
	quit := func() {
		b.stop(errEnded)
		if b.kind() == kindGRPC && from != nil { // the transport does not see the end of a context while it waits for the visitor
			_ = from.Close()
		}
	}
	if b.marks.whole() {
		go quit()
		return
	}
	time.AfterFunc(patience, quit)
}

func (b *body) kind() string { return b.of.kind }
