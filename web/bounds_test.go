package web_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A body may be as long as the limit and not a byte longer, whatever the
// request says about its length.
func TestBodyEndsAtTheLimit(t *testing.T) {
	t.Parallel()
	o := outer()
	o.Limit = 1000
	for _, length := range []int{0, 999, 1000, 1001, 5000} {
		for _, declared := range []bool{true, false} {
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(strings.Repeat("a", length)))
			if !declared {
				r.ContentLength = -1
			}
			var n int
			var failure error
			o.Wrap(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				var body []byte
				body, failure = io.ReadAll(r.Body)
				n = len(body)
			})).ServeHTTP(httptest.NewRecorder(), r)
			tooLarge := new(http.MaxBytesError)
			if got, want := errors.As(failure, &tooLarge), length > 1000; got != want || n > 1000 {
				t.Errorf("%d bytes, declared %v: read %d, %v; refused %v, want %v", length, declared, n, failure, got, want)
			}
		}
	}
}

// Whatever waits on behalf of a request stops waiting when its time is over.
func TestRequestIsCutAtItsDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := outer()
		o.Timeout = 7 * time.Second
		start := time.Now()
		var why error
		o.Wrap(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
				why = r.Context().Err()
			case <-time.After(time.Hour):
			}
		})).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
		if took := time.Since(start); took != 7*time.Second || !errors.Is(why, context.DeadlineExceeded) {
			t.Errorf("the request ended after %v with %v, want 7s and the deadline", took, why)
		}
	})
}

// The deadline is for the request only: what outlives it must not find its
// context alive.
func TestContextOfARequestEndsWithIt(t *testing.T) {
	t.Parallel()
	var kept context.Context
	outer().Wrap(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		kept = r.Context()
		if kept.Err() != nil {
			t.Errorf("the context of a request has ended already: %v", kept.Err())
		}
	})).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
	if kept.Err() == nil {
		t.Error("the context lives on after its request")
	}
}
