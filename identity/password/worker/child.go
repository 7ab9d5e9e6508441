package worker

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"sync"
	"syscall"
	"time"
)

// Argument is the one argument of a child. It is what `ps` shows beside the
// program's name.
const Argument = "hash-passwords"

// mayStart says that this program calls Main, so that a copy of it works as a
// child. A program that does not would run from its beginning once more.
var mayStart bool

// Main must be the first thing that a program calls which wants children. In a
// child it works and does not return; elsewhere it returns at once.
func Main() {
	mayStart = true
	if len(os.Args) != 2 || os.Args[1] != Argument {
		return
	}
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "%s: the server starts this process itself, to hash passwords in it: %v\n", Argument, err)
		os.Exit(2)
	}
	os.Exit(0)
}

// serve is the life of a child: it works until in ends. Signals that ask a whole
// group to stop are for the parent to heed: it finishes what is under way, and
// then closes the pipe.
func serve(in io.Reader, out io.Writer) error {
	signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	buffered := bufio.NewReader(in)
	if err := greet(buffered, out); err != nil {
		return err
	}
	body, err := readFrame(buffered)
	if err != nil {
		return err
	}
	s, err := parseSetUp(body)
	if err != nil {
		return err
	}
	settle(s)
	c := &child{
		out: out, jobs: make(chan []byte, s.slots), failed: make(chan error, 1),
		idle: time.AfterFunc(restAfter, debug.FreeOSMemory),
	}
	for range s.slots {
		go c.work()
	}
	go func() { c.fail(c.take(buffered)) }()
	if err := <-c.failed; !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

func greet(in io.Reader, out io.Writer) error {
	body, err := readFrame(in)
	if err != nil {
		return err
	}
	if !isHello(body) {
		return errFrame
	}
	return writeFrame(out, helloFrame())
}

// settle makes the process one that disturbs nobody. The heap is mostly the
// buffers of hashes: the collector runs when the limit is near, and each buffer
// is used many times. Where something is not allowed the child works without it.
func settle(s setUp) {
	lower()
	runtime.GOMAXPROCS(int(s.slots) + 1)
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(int64(s.memory))
}

// restAfter is how long a child keeps the buffers of its last hashes.
const restAfter = 10 * time.Second

// child answers jobs.
type child struct {
	out     io.Writer
	writing sync.Mutex
	jobs    chan []byte
	failed  chan error
	idle    *time.Timer // gives the buffers back
}

func (c *child) fail(err error) {
	select {
	case c.failed <- err:
	default: // the process is about to end for another reason
	}
}

func (c *child) take(in io.Reader) error {
	for {
		body, err := readFrame(in)
		if err != nil {
			return err
		}
		c.jobs <- body
	}
}

func (c *child) work() {
	for body := range c.jobs {
		if err := c.answer(body); err != nil {
			c.fail(err)
		}
	}
}

func (c *child) answer(body []byte) error {
	number, j, err := parseJob(body)
	if err != nil {
		return err
	}
	key := j.Key()
	clear(body) // the password is in it
	c.writing.Lock()
	defer c.writing.Unlock()
	c.idle.Reset(restAfter)
	return writeFrame(c.out, keyFrame(number, key))
}
