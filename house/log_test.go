package house

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/config"
)

// sink is a place to log to that can fail.
type sink struct {
	mu     sync.Mutex
	buf    bytes.Buffer
	broken bool
}

func (s *sink) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken {
		return 0, errors.New("no space left on device")
	}
	return s.buf.Write(p)
}

func (s *sink) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.String()
}

func (s *sink) fail(broken bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken = broken
}

func TestLogLinesAreThereWithinAFifthOfASecondAndWarningsAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		out := &sink{}
		log, flush := NewLog(config.Log{Level: "info", Format: "json"}, out)
		log.Info("quiet")
		if got := out.String(); got != "" {
			t.Errorf("a line of level info was not buffered: %s", got)
		}
		time.Sleep(flushEvery + time.Millisecond)
		if got := out.String(); !strings.Contains(got, "quiet") {
			t.Errorf("after %s the log holds %q", flushEvery, got)
		}
		log.Info("before")
		log.With("part", "x").WithGroup("g").Warn("loud")
		if got := out.String(); !strings.Contains(got, "before") || !strings.Contains(got, "loud") {
			t.Errorf("after a warning the log holds %q", got)
		}
		log.Info("last")
		flush()
		if got := out.String(); !strings.Contains(got, "last") {
			t.Errorf("after the flush at the end the log holds %q", got)
		}
		if lines := strings.Count(out.String(), "\n"); lines != 4 {
			t.Errorf("%d lines were written, want 4:\n%s", lines, out)
		}
		synctest.Wait()
		time.Sleep(time.Second) // the last timer finds nothing to write
	})
}

// A full disk must not silence the log for good.
func TestLogGoesOnAfterItCouldNotBeWritten(t *testing.T) {
	t.Parallel()
	out := &sink{}
	log, flush := NewLog(config.Log{Level: "info", Format: "text"}, out)
	out.fail(true)
	log.Error("lost")
	out.fail(false)
	log.Error("found again")
	flush()
	if got := out.String(); !strings.Contains(got, "found again") {
		t.Errorf("after the disk had room again the log holds %q", got)
	}
}

func TestLogLevelAndFormatAreThoseOfTheConfiguration(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		cfg   config.Log
		wants string
	}{
		{config.Log{Level: "warn", Format: "json"}, `"msg":"w"`},
		{config.Log{Level: "warn", Format: "text"}, `msg=w`},
		{config.Log{Level: "warn", Format: "auto"}, `"msg":"w"`}, // a pipe is no terminal
	} {
		out := &sink{}
		log, flush := NewLog(tt.cfg, out)
		log.Info("hidden")
		log.Log(t.Context(), slog.LevelWarn, "w")
		flush()
		if got := out.String(); !strings.Contains(got, tt.wants) || strings.Contains(got, "hidden") {
			t.Errorf("%+v logs %q, want %s alone", tt.cfg, got, tt.wants)
		}
	}
}
