package proxy

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"

	"golang.org/x/net/http/httpguts"
)

// link is a connection of a lane. It belongs to one request at a time, until the answer to it
// was read to its end.
type link struct {
	net.Conn
	lane   *lane
	raw    syscall.RawConn
	peek   func(fd uintptr) bool // looks what is there, into seen
	seen   error
	reader *bufio.Reader
	out    []byte    // what was written last
	since  time.Time // when it was used last

	// Of the request that has it:
	ctx   context.Context
	until time.Time   // what is to be there by then
	unset bool        // the connection has another deadline than until, or an earlier one
	stop  func() bool // nil: nobody looks whether the visitor goes away
	head  int         // how much may still come before the body; negative: that is over
	heard bool        // something came
	late  bool        // until is over
}

const (
	// goneAfter is how long nobody looks whether the visitor has gone away: most answers are
	// there before, and to look costs more than to wait.
	goneAfter = 100 * time.Millisecond

	linkBuffer = 4 << 10
	mostKept   = 16 << 10 // of what is written
)

func newLink(l *lane, conn net.Conn) *link {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return nil
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return nil
	}
	c := &link{Conn: conn, lane: l, raw: raw}
	c.peek = c.look
	c.reader = bufio.NewReaderSize(fromLink{c}, linkBuffer)
	return c
}

// begin prepares the connection for a request.
func (c *link) begin(r *http.Request) error {
	c.ctx, c.stop, c.head, c.heard, c.late = r.Context(), nil, headerBound, false, false
	c.until, _ = c.ctx.Deadline()
	return c.patiently(time.Now(), c.SetDeadline)
}

// patiently sets a deadline that is soon, after which somebody is to look further.
func (c *link) patiently(now time.Time, set func(time.Time) error) error {
	c.unset = true
	if soon := now.Add(goneAfter); soon.Before(c.until) {
		return set(soon)
	}
	return set(c.until)
}

// quit closes the connection.
func (c *link) quit() {
	c.watchNoMore()
	_ = c.Conn.Close() // nothing is lost on it any more
}

// watch has the connection fail when the visitor goes away, and waits until the end otherwise.
// It reports whether there is time left.
func (c *link) watch() bool {
	if !time.Now().Before(c.until) {
		c.late = true
		return false
	}
	c.unset = false
	if err := c.SetDeadline(c.until); err != nil {
		return false
	}
	if c.stop == nil {
		c.stop = context.AfterFunc(c.ctx, func() { _ = c.SetDeadline(time.Unix(1, 0)) })
	}
	return c.ctx.Err() == nil // the deadline may have been written over that of who went away
}

// watchNoMore reports whether the connection is as it was: nobody has let it fail.
func (c *link) watchNoMore() bool {
	stop := c.stop
	c.stop, c.ctx = nil, nil
	return stop == nil || stop()
}

// exchange writes r, and reads the head of the answer. The answer's body gives the connection
// back. One that failed is closed, with how much of the request may have arrived.
func (c *link) exchange(r *http.Request) (*http.Response, arrival, error) {
	if err := c.compose(r); err != nil {
		c.quit()
		return nil, nothing, err
	}
	if wrote, err := c.write(); err != nil {
		c.quit()
		if wrote == 0 {
			return nil, nothing, err
		}
		return nil, some, err
	}
	whole := c.until
	if head := time.Now().Add(c.lane.header); c.lane.header > 0 && head.Before(whole) {
		c.until = head
	}
	answer, err := c.read(r)
	if err != nil {
		c.quit()
		return nil, everything, err
	}
	c.until, c.unset, c.head = whole, true, -1
	if r.Method == http.MethodHead || answer.ContentLength == 0 {
		answer.Body = http.NoBody
		c.release(answer)
		return answer, everything, nil
	}
	answer.Body = &linkBody{from: answer.Body, link: c, answer: answer}
	return answer, everything, nil
}

// release gives the connection back when an answer was read to its end, and closes it where it
// is not good for another one: more came than the answer, say.
func (c *link) release(answer *http.Response) {
	if !c.watchNoMore() || answer.Close || answer.StatusCode == http.StatusSwitchingProtocols || c.reader.Buffered() > 0 {
		c.quit()
		return
	}
	c.lane.push(c)
}

// compose writes r down. Names and values that could be read as something else are refused,
// wherever they come from.
func (c *link) compose(r *http.Request) error {
	target := r.URL.RequestURI()
	if !plainText(r.Method) || !plainText(target) || !plainText(r.Host) {
		return errors.New("the request line cannot be written")
	}
	b := append(append(append(c.out[:0], r.Method...), ' '), target...)
	b = append(append(append(b, " HTTP/1.1\r\nHost: "...), r.Host...), "\r\n"...)
	for name, values := range r.Header {
		if framed[name] {
			continue
		}
		if !httpguts.ValidHeaderFieldName(name) {
			return fmt.Errorf("the name of the header %q cannot be written", name)
		}
		for _, value := range values {
			if !httpguts.ValidHeaderFieldValue(value) {
				return fmt.Errorf("the value of the header %s cannot be written", name)
			}
			if value == "" && name == "User-Agent" {
				continue
			}
			b = append(append(append(append(b, name...), ": "...), value...), "\r\n"...)
		}
	}
	if r.Method == http.MethodPost || r.Method == http.MethodPut || r.Method == http.MethodPatch {
		b = append(b, "Content-Length: 0\r\n"...)
	}
	c.out = append(b, "\r\n"...)
	return nil
}

// framed are the headers that say where a request ends and for whom it is: they are written by
// what the request is, and by nothing else.
var framed = map[string]bool{"Host": true, "Content-Length": true, "Transfer-Encoding": true, "Trailer": true, "Connection": true}

func plainText(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return s != ""
}

func (c *link) write() (wrote int, err error) {
	for wrote < len(c.out) {
		n, err := c.Conn.Write(c.out[wrote:])
		if wrote += n; err == nil {
			continue
		}
		if !isTimeout(err) || c.stop != nil || !c.watch() {
			return wrote, err
		}
	}
	if cap(c.out) > mostKept {
		c.out = nil
	}
	return wrote, nil
}

// read reads the head of the answer. What comes before it (1xx) is left away, and counts
// against the bound of a head like the rest.
func (c *link) read(r *http.Request) (*http.Response, error) {
	for {
		answer, err := http.ReadResponse(c.reader, r)
		if err != nil || answer.StatusCode >= http.StatusOK || answer.StatusCode == http.StatusSwitchingProtocols {
			return answer, err
		}
	}
}

// fromLink is what comes, as it comes.
type fromLink struct{ *link }

var errHead = fmt.Errorf("the head of the answer is longer than %d bytes", headerBound)

// Read reads what is there, within the bounds of the request.
func (c fromLink) Read(p []byte) (int, error) {
	if c.head == 0 {
		return 0, errHead
	}
	if c.head > 0 && len(p) > c.head {
		p = p[:c.head]
	}
	n, err := c.wait(p)
	if n > 0 {
		c.heard = true
		c.link.head -= min(n, max(c.head, 0))
	}
	return n, err
}

// wait waits for something: a little first, and then until the visitor goes away or time is up.
func (c *link) wait(p []byte) (int, error) {
	if c.stop == nil {
		if err := c.patiently(time.Now(), c.SetReadDeadline); err != nil {
			return 0, err
		}
		n, err := c.Conn.Read(p)
		if n > 0 || !isTimeout(err) || !c.watch() {
			return n, err
		}
	} else if c.unset && !c.watch() {
		return 0, os.ErrDeadlineExceeded
	}
	n, err := c.Conn.Read(p)
	if n == 0 && isTimeout(err) {
		c.late = true
	}
	return n, err
}

// linkBody is the body of an answer, which gives the connection back at its end.
type linkBody struct {
	from   io.Reader
	link   *link // nil: it was given back
	answer *http.Response
	err    error
}

// Read reads of the body.
func (b *linkBody) Read(p []byte) (int, error) {
	if b.link == nil {
		return 0, b.err
	}
	n, err := b.from.Read(p)
	switch err {
	case nil:
		return n, nil
	case io.EOF:
		b.link.release(b.answer)
	default:
		b.link.quit()
	}
	b.link, b.err = nil, err
	return n, err
}

// Close closes the connection of a body that was not read to its end: what is left of it would
// be taken for another answer.
func (b *linkBody) Close() error {
	if b.link != nil {
		b.link.quit()
		b.link, b.err = nil, errOver
	}
	return nil
}
