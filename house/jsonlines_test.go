package house

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"math"
	"strings"
	"testing"
	"time"
)

// odd are values of all kinds, and texts that have to be escaped or are none.
var odd = []slog.Attr{
	slog.String("text", "plain"), slog.String("empty", ""), slog.String("quoted", `a "word" and a \ of it`), slog.String("lines", "one\ntwo\r\t\x00\x7f"),
	slog.String("umlaut", "Straße"), slog.String("separators", "\u2028\u2029"), slog.String("broken", "a\xffb\xc3"), slog.String("html", "<b>&'</b>"),
	slog.String(`a "key"`, "x"), slog.String("", "no key"), slog.String("long", strings.Repeat("x", 5000)),
	slog.Int("int", -1), slog.Int64("least", math.MinInt64), slog.Uint64("most", math.MaxUint64), slog.Bool("yes", true), slog.Bool("no", false),
	slog.Float64("float", 1.5), slog.Float64("nan", math.NaN()), slog.Duration("took", time.Second), slog.Time("at", time.Unix(1_700_000_000, 5)),
	slog.Any("error", errors.New("a \"bad\" one")), slog.Any("map", map[string]int{"a": 1}), slog.Any("nil", nil), slog.Any("valuer", whole{}),
	slog.Group("group", slog.String("inside", "x")), slog.Group("", slog.String("inlined", "x"), slog.Int("n", 1)), slog.Group("empty group"), slog.Group(""),
	{},
}

type whole struct{}

func (whole) LogValue() slog.Value { return slog.StringValue("a \"valuer\"") }

// Each line is the one that slog's handler writes.
func TestLinesOfJSONAreThoseOfSlog(t *testing.T) {
	t.Parallel()
	var got, want bytes.Buffer
	options := &slog.HandlerOptions{Level: slog.LevelInfo}
	ours, theirs := slog.Handler(&jsonLines{slog.NewJSONHandler(&got, options), &got}), slog.Handler(slog.NewJSONHandler(&want, options))
	at := time.Date(2026, 11, 29, 12, 0, 0, 120, time.UTC)
	same := func(at time.Time, text string, with func(slog.Handler) slog.Handler, attrs ...slog.Attr) {
		t.Helper()
		for _, h := range []slog.Handler{ours, theirs} {
			r := slog.NewRecord(at, slog.LevelWarn+1, text, 0)
			r.AddAttrs(attrs...)
			if err := with(h).Handle(t.Context(), r); err != nil {
				t.Fatal(err)
			}
		}
		if got.String() != want.String() {
			t.Errorf("%q, want %q", &got, &want)
		}
		got.Reset()
		want.Reset()
	}
	plainly := func(h slog.Handler) slog.Handler { return h }
	same(at, "all", plainly, odd...)
	for _, one := range odd {
		same(at, "one", plainly, one)
		same(at, "between", plainly, slog.Int("before", 1), one, slog.Bool("after", true))
		same(at, "in a group without a name", plainly, slog.Attr{Value: slog.GroupValue(slog.Int("before", 1), one)})
		same(at, "with attributes", func(h slog.Handler) slog.Handler { return h.WithAttrs([]slog.Attr{one}) }, slog.Int("n", 1))
		same(at, "within a group", func(h slog.Handler) slog.Handler { return h.WithGroup("g") }, one)
	}
	for _, when := range []time.Time{{}, time.Now(), time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC), at.In(time.FixedZone("x", 3600))} {
		if when.Year() >= 0 && when.Year() < 10_000 {
			same(when, "at another time", plainly, slog.Int("n", 1))
		}
	}
	same(at, "a \"message\"", plainly)
	if ours.Enabled(t.Context(), slog.LevelDebug) {
		t.Error("lines are written that nobody wants")
	}
}

// A line as behind each request allocates nothing.
func TestALineOfJSONAllocatesNothing(t *testing.T) {
	h := &jsonLines{slog.NewJSONHandler(io.Discard, nil), io.Discard}
	attrs := []slog.Attr{slog.String("request_id", "req_1"), slog.Int("status", 200), slog.Uint64("pv", 7), slog.Bool("own", true)}
	r := slog.NewRecord(time.Now(), slog.LevelInfo, "gate", 0)
	r.AddAttrs(slog.Attr{Value: slog.GroupValue(attrs...)})
	if n := testing.AllocsPerRun(100, func() { _ = h.Handle(context.Background(), r) }); n > 0 {
		t.Errorf("%.0f allocations", n)
	}
}
