package audit

import (
	"context"
	"testing"
	"time"
)

type untouched struct{ PruneStore }

func (untouched) InTx(context.Context, func(context.Context) error) error { return nil }

// The retention may be changed while events are removed: it is read once.
func TestThePrunerReadsTheRetentionOnce(t *testing.T) {
	t.Parallel()
	read := 0
	p := &Pruner{Store: untouched{}, Config: func() Config { read++; return Config{Retention: time.Hour} }}
	if _, err := p.Prune(t.Context(), time.Now()); err != nil || read != 1 {
		t.Errorf("read %d times, %v", read, err)
	}
}
