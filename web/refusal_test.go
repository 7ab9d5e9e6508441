package web

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gatehouse/fault"
)

// A visitor who went away is no error of ours: nobody is to be woken by it.
func TestRefuseLogsAVisitorWhoLeftAsNoError(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		gone bool
		err  error
		want string
	}{
		{true, fmt.Errorf("wait to hash a password: %w", context.Canceled), "level=INFO"},
		{false, fmt.Errorf("wait to hash a password: %w", context.Canceled), "level=ERROR"}, // ours
		{true, fmt.Errorf("read sessions: disk on fire"), "level=ERROR"},
		{false, fault.New(fault.NotFound, "page.not_found", "There is no such page."), "level=INFO"},
	} {
		var log bytes.Buffer
		ctx, cancel := context.WithCancel(t.Context())
		if tt.gone {
			cancel()
		}
		r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil)
		w := httptest.NewRecorder()
		Refuse(w, r, slog.New(slog.NewTextHandler(&log, nil)), tt.err, RefuseWithProblem("https://id.example.test"))
		cancel()
		if !strings.Contains(log.String(), tt.want) || strings.Count(log.String(), "\n") != 1 {
			t.Errorf("%v, gone %t: logged %s, want %s once", tt.err, tt.gone, &log, tt.want)
		}
	}
}

// Whatever a handler does, its panic ends its request alone, says nothing to the
// visitor, and is logged with the request's id.
func TestPanicEndsOneRequestOnly(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	o := &Outer{Log: slog.New(slog.NewTextHandler(&log, nil)), Timeout: 1 << 40, Limit: 1 << 20}
	h := o.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/bad" {
			panic("a private thought")
		}
		w.WriteHeader(http.StatusNoContent)
		if r.URL.Path == "/half" {
			panic("a private thought")
		}
	}))
	func() {
		defer func() {
			if with := recover(); with != http.ErrAbortHandler {
				t.Errorf("an answer that had begun ends with %v: a part passes for the whole", with)
			}
		}()
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/half", nil))
	}()
	bad, good := httptest.NewRecorder(), httptest.NewRecorder()
	h.ServeHTTP(bad, httptest.NewRequest(http.MethodGet, "/bad", nil))
	h.ServeHTTP(good, httptest.NewRequest(http.MethodGet, "/good", nil))
	if bad.Code != http.StatusInternalServerError || strings.Contains(bad.Body.String(), "private") || good.Code != http.StatusNoContent {
		t.Errorf("got %d %q, then %d", bad.Code, bad.Body, good.Code)
	}
	if id := bad.Header().Get("X-Request-Id"); id == "" || !strings.Contains(log.String(), "panicked") || !strings.Contains(log.String(), id) {
		t.Errorf("the panic of request %q is not in the log: %s", id, &log)
	}
}
