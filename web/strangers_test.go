package web_test

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"gatehouse/fault"
	"gatehouse/web"
)

// What went wrong inside is for the log. A visitor reads that something did,
// whatever the error says and however it is dressed.
func TestVisitorsNeverReadWhatWentWrongInside(t *testing.T) {
	t.Parallel()
	const private = "the row of ada in /var/lib"
	for name, err := range map[string]error{
		"a plain error":   errors.New(private),
		"a wrapped error": fmt.Errorf("read: %w", errors.New(private)),
		"a fault of ours": fault.Wrap(errors.New(private), fault.Internal, "private.code", private),
		"a fault inside":  fmt.Errorf("read: %w", fault.New(fault.Internal, "private.code", private)),
		"the zero kind":   &fault.Error{Code: "private.code", Detail: private},
	} {
		w := httptest.NewRecorder()
		web.Refuse(w, httptest.NewRequest(http.MethodGet, "/", nil), slog.New(slog.DiscardHandler), err, web.RefuseWithProblem("https://id.example.test"))
		if body := w.Body.String(); w.Code != http.StatusInternalServerError || strings.Contains(body, "private") || strings.Contains(body, "ada") || !strings.Contains(body, "/problems/internal") {
			t.Errorf("%s: answered %d %s", name, w.Code, body)
		}
	}
}

// How a program calls itself is kept with every event, so it is bounded, and it
// is text whatever was sent.
func TestUserAgentIsKeptShortAndAsText(t *testing.T) {
	t.Parallel()
	for name, agent := range map[string]string{
		"none": "", "usual": "Mozilla/5.0", "as long as may be": strings.Repeat("a", 256), "too long": strings.Repeat("a", 257),
		"very long": strings.Repeat("a", 15_000), "cut within a letter": strings.Repeat("a", 255) + "ü", "no text": "\xff\xfe",
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("User-Agent", agent)
		got := web.Actor(r).Agent
		if len(got) > 256 || !utf8.ValidString(got) || len(agent) <= 256 && utf8.ValidString(agent) && got != agent || got == "" && agent != "" {
			t.Errorf("%s: kept as %d bytes %.40q", name, len(got), got)
		}
	}
}
