package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// The bounds of group commit.
const (
	maxGroup     = 256              // jobs that share a commit
	closureBound = 10 * time.Second // how long one closure may take
	queueBound   = 15 * time.Second // how long a caller without a deadline waits for its turn
	busyTries    = 60               // each waits writerWait for another process: 15 seconds
	openTries    = 200              // to open a file that other processes are opening
	openPause    = 50 * time.Millisecond
)

// writer is the one goroutine that writes to SQLite. It takes every job that is
// waiting, runs each on its own within one transaction, commits once, and only
// then answers all of them: ten callers share the one wait for the disk. There
// is no timer; under light load a group is one.
//
// A job that fails is undone alone. A commit that fails answers every job of
// the group with the error. A caller's cancelled context takes its job out of
// the queue, but never reaches the connection: SQLite undoes the whole
// transaction when a write is interrupted.
type writer struct {
	db      *sql.DB
	set     *set
	log     *slog.Logger
	queue   chan *job
	wrote   func(jobs int) // called behind each commit
	closing chan struct{}
	stopped chan struct{}
	once    sync.Once
	result  error // of closing; set before stopped is closed

	// Only the writer goroutine touches what follows.
	conn  *writeConn // nil until it is opened, and after it was lost
	held  *job       // taken from the queue, not begun
	group []*job     // claimed, not answered
}

// job is a closure, or one statement, that waits for its turn.
type job struct {
	ctx     context.Context
	closure func(ctx context.Context, t *tx) error

	st   *Statement // when there is no closure
	args []any

	claimed  atomic.Bool   // by the writer that runs it, or by the caller that gave up
	done     chan struct{} // closed when the three below are final
	changed  int64
	err      error
	panicked any
}

var (
	errEnded = errors.New("the closure ended its goroutine")
	errSlow  = errors.New("the database was busy for too long")
)

func startWriter(ctx context.Context, dsn string, statements *set, log *slog.Logger, wrote func(jobs int)) (*writer, error) {
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	w := &writer{
		db: db, set: statements, log: log, queue: make(chan *job, maxGroup), wrote: wrote,
		closing: make(chan struct{}), stopped: make(chan struct{}),
	}
	// Other processes may be turning the file to WAL at this moment. SQLite does
	// not wait for that by itself: busy_timeout leaves it out.
	for try := 0; ; try++ {
		if err = w.open(ctx); err == nil || !isBusy(err) || try == openTries || !pause(ctx, openPause) {
			break
		}
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	go w.loop()
	return w, nil
}

// do puts j into the queue and waits for its outcome.
func (w *writer) do(j *job) error {
	j.done = make(chan struct{})
	var late <-chan time.Time
	if _, ok := j.ctx.Deadline(); !ok {
		timer := time.NewTimer(queueBound)
		defer timer.Stop()
		late = timer.C
	}
	select {
	case w.queue <- j:
	case <-w.closing:
		return ErrClosed
	case <-j.ctx.Done():
		return j.ctx.Err()
	case <-late:
		return errors.Join(errSlow, context.DeadlineExceeded)
	}
	select {
	case <-j.done:
		return j.outcome()
	case <-w.stopped:
		return w.leave(j, ErrClosed)
	case <-j.ctx.Done():
		return w.leave(j, j.ctx.Err())
	case <-late:
		return w.leave(j, errors.Join(errSlow, context.DeadlineExceeded))
	}
}

// leave takes j out of the queue with err, or waits for its outcome when it
// runs already: the closure may use what belongs to the caller.
func (w *writer) leave(j *job, err error) error {
	if j.claimed.CompareAndSwap(false, true) {
		return err
	}
	<-j.done
	return j.outcome()
}

func (j *job) outcome() error {
	if j.panicked != nil {
		panic(j.panicked) // as if the closure had run here
	}
	return j.err
}

// close runs what is queued, and closes the connection.
func (w *writer) close() error {
	w.once.Do(func() { close(w.closing) })
	<-w.stopped
	return w.result
}

// loop is the writer goroutine. A closure that ends its goroutine (a test that
// fails) takes this one with it: then the group is given up and another
// goroutine goes on.
func (w *writer) loop() {
	finished := false
	defer func() {
		if !finished {
			w.lose(errEnded)
			go w.loop()
		}
	}()
	for j := w.wait(); j != nil; j = w.wait() {
		w.run(j)
	}
	finished = true
	var err error
	if w.conn != nil {
		err = w.conn.close()
	}
	w.result = errors.Join(err, w.db.Close())
	close(w.stopped)
}

// wait returns the next job, nil when the store is closing and none is left.
func (w *writer) wait() *job {
	if j := w.next(); j != nil {
		return j
	}
	select {
	case j := <-w.queue:
		return j
	case <-w.closing:
		return w.next()
	}
}

// next returns a job that is waiting, nil when there is none.
func (w *writer) next() *job {
	if j := w.held; j != nil {
		w.held = nil
		return j
	}
	select {
	case j := <-w.queue:
		return j
	default:
		return nil
	}
}

// run runs first and everything that waits behind it.
func (w *writer) run(first *job) {
	if !w.claim(first) {
		return
	}
	if w.held = w.next(); w.held == nil && first.closure == nil {
		w.alone(first)
		return
	}
	if err := w.begin(); err != nil {
		w.fail(err)
		return
	}
	step := w.opening
	for j := first; j != nil; j = w.another() {
		if err := step(j); err != nil {
			w.lose(err)
			return
		}
		step = w.step
	}
	if err := w.conn.run("COMMIT"); err != nil {
		w.lose(fmt.Errorf("commit: %w", err))
		return
	}
	w.answer()
}

// another claims the next job of the group; nil ends the group.
func (w *writer) another() *job {
	for len(w.group) < maxGroup {
		j := w.next()
		if j == nil || w.claim(j) {
			return j
		}
	}
	return nil
}

// claim takes j into the group, unless its caller gave up before.
func (w *writer) claim(j *job) bool {
	if !j.claimed.CompareAndSwap(false, true) {
		return false
	}
	w.group = append(w.group, j)
	return true
}

// alone runs a single statement as a transaction of its own, which saves BEGIN
// and COMMIT.
func (w *writer) alone(j *job) {
	if err := w.ready(); err != nil {
		w.fail(err)
		return
	}
	j.err = whileBusy(func() (err error) {
		j.changed, err = w.conn.exec(j.ctx, j.st, j.args)
		return err
	})
	if j.err != nil && !isStatementOnly(j.err) && !isBusy(j.err) {
		w.lose(j.err)
		return
	}
	w.answer()
}

// ready opens the connection when there is none.
func (w *writer) ready() error {
	if w.conn != nil {
		return nil
	}
	return w.open(context.Background())
}

func (w *writer) open(ctx context.Context) error {
	conn, err := w.db.Conn(ctx)
	if err != nil {
		return err
	}
	w.conn = &writeConn{conn: conn, set: w.set, prepared: make([]*sql.Stmt, len(w.set.all)), texts: map[string]*sql.Stmt{}}
	return nil
}

// begin begins the group's transaction.
func (w *writer) begin() error {
	if err := w.ready(); err != nil {
		return err
	}
	return whileBusy(func() error { return w.conn.run("BEGIN IMMEDIATE") })
}

// whileBusy tries again what only waits for another process to write, a bounded
// number of times.
func whileBusy(try func() error) (err error) {
	for range busyTries {
		if err = try(); !isBusy(err) {
			return err
		}
	}
	return err
}

// opening runs the first job of a group. There is nothing of others yet that had to stay
// when it fails, so it is spared the savepoint: beneath one SQLite copies each page that a
// large transaction changes.
func (w *writer) opening(j *job) (fatal error) {
	if j.closure == nil {
		return w.step(j)
	}
	if j.err = w.call(j); j.err == nil {
		return nil
	}
	// When SQLite has undone the transaction there is none any more, and this fails.
	if err := w.conn.run("ROLLBACK"); err != nil {
		return errors.Join(j.err, err)
	}
	return w.begin()
}

// step runs one job of the group. The error that it returns is the end of the
// group: SQLite has undone the transaction, or may have.
func (w *writer) step(j *job) (fatal error) {
	if j.closure == nil {
		j.changed, j.err = w.conn.exec(j.ctx, j.st, j.args)
		if j.err != nil && !isStatementOnly(j.err) {
			return j.err
		}
		return nil
	}
	if err := w.conn.run("SAVEPOINT job"); err != nil {
		return err
	}
	if j.err = w.call(j); j.err != nil {
		// When the transaction is gone there is no savepoint either, and this fails.
		if err := w.conn.run("ROLLBACK TO job"); err != nil {
			return errors.Join(j.err, err)
		}
	}
	return w.conn.run("RELEASE job")
}

// call calls the closure with a context of its own: the caller's values, not
// its cancellation.
func (w *writer) call(j *job) (err error) {
	t := &tx{conn: w.conn}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(j.ctx), closureBound)
	defer cancel()
	defer func() {
		if spoiled := t.end(); err == nil {
			err = spoiled
		}
	}()
	defer func() {
		if j.panicked = recover(); j.panicked != nil {
			w.log.Error("a transaction panicked", "panic", fmt.Sprint(j.panicked), "stack", string(debug.Stack()))
			err = errors.New("panic")
		}
	}()
	return j.closure(ctx, t)
}

// answer tells the callers of the group.
func (w *writer) answer() {
	w.wrote(len(w.group))
	for i, j := range w.group {
		close(j.done)
		w.group[i] = nil
	}
	w.group = w.group[:0]
}

// fail answers the group with cause; nothing of it was begun.
func (w *writer) fail(cause error) {
	for _, j := range w.group {
		j.changed = 0
		if j.err == nil {
			j.err = cause
		}
	}
	w.answer()
}

// lose gives the group up: nothing of it is kept, everybody gets the error, and
// the next group gets a fresh connection.
func (w *writer) lose(cause error) {
	if w.conn != nil {
		err := w.conn.discard()
		w.log.Warn("the write connection was given up", "cause", cause.Error(), "rollback", fmt.Sprint(err))
		w.conn = nil
	}
	w.fail(cause)
}
