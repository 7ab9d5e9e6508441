package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// Pool has a child, and another one when that one ends. It is safe for
// concurrent use.
type Pool struct {
	log    *slog.Logger
	origin origin
	setUp  setUp
	wait   time.Duration

	mu      sync.Mutex
	current *process
	came    chan struct{} // closed when there is a current one
}

// Options say how large a child may be.
type Options struct {
	Slots     int           // jobs at the same time
	MemoryKiB uint32        // what one of them usually takes
	Wait      time.Duration // how long somebody waits for a child when there is none
	Log       *slog.Logger
}

// attempts is how often a job is tried: with the child that died under it, and with
// the next one.
const attempts = 2

// NewPool returns a Pool without a child. Run starts and keeps one; Start before
// it says whether there can be one.
func NewPool(o Options) *Pool {
	// A second buffer for each job, so that the collector need not hurry.
	heap := uint64(o.Slots)*uint64(o.MemoryKiB)<<10*2 + 32<<20
	return &Pool{
		log: o.Log, origin: origin{Argument, Job.patience}, setUp: setUp{uint16(o.Slots), heap},
		wait: o.Wait, came: make(chan struct{}),
	}
}

// Start starts the first child and returns when it has proved to work. The error
// says why there can be none here.
func (p *Pool) Start() error {
	c, err := start(p.origin, p.setUp)
	if err != nil {
		return err
	}
	p.log.Info("passwords are hashed in a process of its own", "pid", c.cmd.Process.Pid, "slots", p.setUp.slots)
	p.put(c)
	return nil
}

func (p *Pool) put(c *process) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.current = c
	close(p.came)
}

// look returns the living child, or what is closed when there is one.
func (p *Pool) look() (*process, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.current != nil && p.current.isDead() {
		p.current, p.came = nil, make(chan struct{})
	}
	return p.current, p.came
}

// Ready waits for a living child, Options.Wait at most.
func (p *Pool) Ready(ctx context.Context) error {
	_, err := p.child(ctx)
	return err
}

func (p *Pool) child(ctx context.Context) (*process, error) {
	ctx, cancel := context.WithTimeout(ctx, p.wait)
	defer cancel()
	for {
		c, came := p.look()
		if c != nil {
			return c, nil
		}
		select {
		case <-came:
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for the child process: %w", ctx.Err())
		}
	}
}

// Key derives the key of j in the child. When that one dies meanwhile, the next
// one gets j once more. An error says that there is no key, and nothing about j.
// A ctx that ends while the child is at work does not stop it.
func (p *Pool) Key(ctx context.Context, j Job) ([]byte, error) {
	if err := j.check(); err != nil {
		return nil, err
	}
	var errs error
	for range attempts {
		c, err := p.child(ctx)
		if err != nil {
			return nil, errors.Join(errs, err)
		}
		key, err := c.key(j)
		if err == nil {
			return key, nil
		}
		errs = errors.Join(errs, err)
	}
	return nil, errs
}
