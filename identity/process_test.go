package identity

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"gatehouse/identity/password"
)

// This test binary cannot be its own child, as a program in some container may
// not be.

func TestWithoutAChildAutoSaysSoAndHashesInside(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("ada@example.test")
	auto := cheap
	auto.Process = password.Auto
	h.Hasher = password.NewHasher(auto)
	var log bytes.Buffer
	if err := h.Hasher.Run(t.Context(), slog.New(slog.NewTextHandler(&log, nil))); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(log.String(), "passwords are hashed inside the server"); n != 1 || strings.Count(log.String(), "\n") != 1 {
		t.Errorf("logged: %s", &log)
	}
	_, _, err := h.CheckPassword(t.Context(), here, "ada@example.test", goodPassword)
	h.wants("", err)
}

func TestWithoutAChildNobodyIsToldWrongOrCounted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.person("ada@example.test")
		child := cheap
		child.Process = password.Child
		h.Hasher = password.NewHasher(child)
		ctx, stop := context.WithCancel(t.Context())
		var log bytes.Buffer
		var wg sync.WaitGroup
		wg.Go(func() { _ = h.Hasher.Run(ctx, slog.New(slog.NewTextHandler(&log, nil))) })
		synctest.Wait()
		for _, typed := range []string{goodPassword, "wrong wrong wrong"} {
			user, _, err := h.CheckPassword(t.Context(), here, "ada@example.test", typed)
			h.wants("password.busy", err)
			if user != "" || len(h.memory.attempts) != 0 {
				t.Errorf("got %q and %d counters", user, len(h.memory.attempts))
			}
		}
		stop()
		wg.Wait()
		if !strings.Contains(log.String(), "no process for hashing passwords could be started") {
			t.Errorf("logged: %s", &log)
		}
	})
}
