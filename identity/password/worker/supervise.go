package worker

import (
	"context"
	"time"
)

// The pause before a child that ended is replaced: none after a good life, else
// doubling, so that one that cannot live does not keep a processor busy.
const (
	goodLife   = 10 * time.Second
	firstPause = 100 * time.Millisecond
	lastPause  = 5 * time.Second
)

func longer(pause time.Duration) time.Duration {
	return min(max(2*pause, firstPause), lastPause)
}

// Run keeps a child alive until ctx ends, and then lets it end. It must run once.
func (p *Pool) Run(ctx context.Context) {
	pause := time.Duration(0)
	for {
		child := p.raise(ctx, &pause)
		if child == nil {
			return
		}
		born := time.Now()
		select {
		case <-ctx.Done():
			child.stop()
			return
		case <-child.dead:
		}
		<-child.gone
		p.log.Warn("the process that hashes passwords ended and is replaced",
			"pid", child.cmd.Process.Pid, "error", child.why.Error(), "state", child.cmd.ProcessState.String())
		if pause = longer(pause); time.Since(born) > goodLife {
			pause = 0
		}
	}
}

// raise returns the living child, or starts one, or returns nil when ctx ends.
func (p *Pool) raise(ctx context.Context, pause *time.Duration) *process {
	for {
		if child, _ := p.look(); child != nil {
			return child
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(*pause):
		}
		err := p.Start()
		if err == nil {
			continue
		}
		*pause = longer(*pause)
		p.log.Error("no process for hashing passwords could be started; sign-ins wait for the next try",
			"error", err.Error(), "next", pause.String())
	}
}
