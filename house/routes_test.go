package house

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"gatehouse/gate"
)

// keptRoutes is a store that answers as told.
type keptRoutes struct {
	all []gate.Record
	err error
}

func (k *keptRoutes) Routes(context.Context) ([]gate.Record, error) { return k.all, k.err }

// A database that is away says nothing of the routes: there is nothing wrong with them.
func TestRoutesThatCannotBeReadAreNotSaidToBeWrong(t *testing.T) {
	wrong := []gate.Record{{Object: gate.Object{ID: "app", Upstream: &gate.UpstreamSpec{}}}}
	for name, c := range map[string]struct {
		kept    keptRoutes
		problem bool
		says    string
	}{
		"away":  {keptRoutes{err: errors.New("connection refused")}, false, "cannot be read now"},
		"wrong": {keptRoutes{all: wrong}, true, "cannot be used"},
		"well":  {keptRoutes{}, false, ""},
	} {
		var log bytes.Buffer
		r := NewRoutes(gate.Config{Listen: "127.0.0.1:0"}, false, nil, &c.kept, slog.New(slog.NewTextHandler(&log, nil)))
		for range 2 {
			if err := r.Follow(t.Context(), nil); !errors.Is(err, c.kept.err) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if got := r.Problem() != ""; got != c.problem {
			t.Errorf("%s: there is a problem: %t, want %t", name, got, c.problem)
		}
		if strings.Count(log.String(), "cannot be") > 0 != (c.says != "") || strings.Count(log.String(), "level=") > 1 || !strings.Contains(log.String(), c.says) {
			t.Errorf("%s: %s", name, log.String())
		}
	}
}
