package admin

import (
	"bufio"
	"compress/gzip"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"reflect"
	"time"

	"gatehouse/web"
)

// Stream is an answer of any length, which is sent as it is made.
type Stream struct {
	kind, name string // its media type, and the name of a file that it becomes
	// each writes it. What it returns ends the answer; where something was sent already,
	// the connection is cut, so that nobody takes a part for the whole.
	each func(w io.Writer) error
	// still refuses whoever may not have the rest any more: somebody whose right ends, or whose
	// session does, takes no more along than what is under way.
	still func() error
	log   *slog.Logger
}

var streamed = reflect.TypeFor[Stream]()

const (
	streamBuffer = 64 << 10         // bytes
	writeBound   = 30 * time.Second // for the client to take so much
	stillEvery   = time.Second      // is asked whether it may have the rest
)

// send writes the stream, compressed for who takes that. An error means that nothing was
// written.
func (s *Stream) send(w http.ResponseWriter, r *http.Request) error {
	to := http.NewResponseController(w)
	sink := &sink{w: w, to: to, still: s.still, asked: time.Now()}
	packed := takesGzip(r.Header.Get("Accept-Encoding"))
	sink.begin = func(h http.Header) {
		h.Set("Content-Type", s.kind)
		h.Set("Content-Disposition", `attachment; filename="`+s.name+`"`)
		h.Set("Cache-Control", "no-store")
		h.Add("Vary", "Accept-Encoding")
		if packed {
			h.Set("Content-Encoding", "gzip")
		}
	}
	if r.Method == http.MethodHead {
		_, err := sink.Write(nil)
		return err
	}
	buffer := bufio.NewWriterSize(sink, streamBuffer)
	err := s.write(buffer, packed)
	if err == nil {
		err = buffer.Flush()
	}
	if err == nil && !sink.begun {
		_, err = sink.Write(nil)
	}
	if err == nil || !sink.begun {
		return err
	}
	s.log.Warn("an answer was cut off", "request_id", string(web.InfoOf(r.Context()).ID), "error", err.Error())
	panic(http.ErrAbortHandler)
}

func (s *Stream) write(to io.Writer, packed bool) error {
	if !packed {
		return s.each(to)
	}
	z := gzip.NewWriter(to)
	return errors.Join(s.each(z), z.Close())
}

// sink sends what it is given, and bounds how long the client may take for it.
type sink struct {
	w     http.ResponseWriter
	to    *http.ResponseController
	begin func(h http.Header)
	begun bool
	still func() error
	asked time.Time
}

// Write sends b.
func (s *sink) Write(b []byte) (int, error) {
	if now := time.Now(); now.Sub(s.asked) >= stillEvery {
		if err := s.still(); err != nil {
			return 0, err
		}
		s.asked = now
	}
	if !s.begun {
		s.begun = true
		s.begin(s.w.Header())
	}
	_ = s.to.SetWriteDeadline(time.Now().Add(writeBound))
	return s.w.Write(b)
}
