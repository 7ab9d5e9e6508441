package view

import (
	"net/http/httptest"
	"testing"
	"time"

	"gatehouse/fault"
	"gatehouse/ui/words"
)

func TestRejectTellsWhatCanBeMended(t *testing.T) {
	t.Parallel()
	tests := []struct {
		err    error
		status int
		retry  string
		alert  string
	}{
		{fault.New(fault.Unauthenticated, "signin.wrong", "Wrong."), 422, "", "Email or password is wrong."},
		{fault.New(fault.Unauthenticated, "x", "Wrong."), 422, "", "Wrong."},
		{fault.New(fault.Invalid, "x", ""), 422, "", "Please check what you typed."},
		{fault.New(fault.Invalid, "password.rule", "Too short."), 422, "", "Too short."},
		{&fault.Error{Kind: fault.TooMany, RetryAfter: 44500 * time.Millisecond}, 429, "45", "There were too many attempts. Try again in 45 seconds."},
		{&fault.Error{Kind: fault.TooMany, RetryAfter: 14 * time.Minute}, 429, "840", "There were too many attempts. Try again in 14 minutes."},
		{&fault.Error{Kind: fault.TooMany, RetryAfter: 24 * time.Hour}, 429, "86400", "There were too many attempts. Try again in 24 hours."},
		{&fault.Error{Kind: fault.Unavailable, RetryAfter: 2 * time.Second}, 503, "2", "The server is busy right now. Try again in 2 seconds."},
	}
	for _, tt := range tests {
		w := httptest.NewRecorder()
		var f Form
		status, ok := f.Reject(w, tt.err)
		if !ok || status != tt.status || w.Header().Get("Retry-After") != tt.retry || f.alert(words.In(t.Context())) != tt.alert {
			t.Errorf("%v: status %d (%v), Retry-After %q, alert %q", tt.err, status, ok, w.Header().Get("Retry-After"), f.alert(words.In(t.Context())))
		}
	}
	for _, kind := range []fault.Kind{fault.Internal, fault.Forbidden, fault.NotFound, fault.Conflict, fault.Malformed} {
		var f Form
		if _, ok := f.Reject(httptest.NewRecorder(), fault.New(kind, "x", "x")); ok {
			t.Errorf("%s counts as a mistake in the form", kind)
		}
	}
}
