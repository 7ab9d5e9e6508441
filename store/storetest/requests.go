package storetest

import (
	"context"
	"testing"
	"time"

	"gatehouse/store"
	"gatehouse/web"
)

func testRequests(t *testing.T, s *store.Store) {
	ctx := t.Context()
	keep := func(key string, at time.Time) (web.Kept, bool, error) {
		return s.KeepRequest(ctx, web.Kept{Caller: "service:ci", Key: key, Hash: []byte("asked"), At: at, Over: at.Add(time.Hour)})
	}
	kept := func(key string, at time.Time) (bool, error) {
		_, kept, err := keep(key, at)
		return kept, err
	}
	t.Run("AreKeptOnce", func(t *testing.T) {
		yes(t)(kept("one", now))
		ok(t, s.AnswerRequest(ctx, web.Kept{Caller: "service:ci", Key: "one", Answer: []byte("answered")}))
		was, again, err := keep("one", now.Add(time.Minute))
		no(t)(again, err)
		same(t, was, web.Kept{Caller: "service:ci", Key: "one", Hash: []byte("asked"), Answer: []byte("answered"), At: now, Over: now.Add(time.Hour)})
		yes(t)(kept("two", now))
	})
	t.Run("AreOverAtTheirTime", func(t *testing.T) {
		yes(t)(kept("over", now))
		no(t)(kept("over", now.Add(time.Hour-time.Microsecond)))
		yes(t)(kept("over", now.Add(time.Hour)))
	})
	t.Run("AreKeptWithTheirChange", func(t *testing.T) {
		undone := s.InTx(ctx, func(ctx context.Context) error {
			_, kept, err := s.KeepRequest(ctx, web.Kept{Caller: "service:ci", Key: "undone", Hash: []byte("asked"), At: now, Over: now.Add(time.Hour)})
			yes(t)(kept, err)
			return context.Canceled
		})
		if undone == nil {
			t.Error("it was not undone")
		}
		yes(t)(kept("undone", now))
	})
	t.Run("AreOfOneOfManyAtOnce", func(t *testing.T) {
		oneWinner(t, func(int) (bool, error) { return kept("raced", now) })
	})
	t.Run("AreCounted", func(t *testing.T) {
		yes(t)(s.KeepsMore(ctx, "service:ci", 3))
		no(t)(s.KeepsMore(ctx, "service:ci", 5))
		no(t)(s.KeepsMore(ctx, "service:other", 0))
	})
}
