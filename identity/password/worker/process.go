package worker

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"time"
)

// process is one life of a child, seen from its parent.
type process struct {
	cmd      *exec.Cmd
	patience func(Job) time.Duration

	in      io.WriteCloser
	writing sync.Mutex

	mu      sync.Mutex
	waiting map[uint64]chan []byte // by number; the channels hold one key
	number  uint64

	ending sync.Once
	why    error         // of its end; set before dead is closed
	dead   chan struct{} // closed when nothing more is expected of it
	gone   chan struct{} // closed when it is reaped
}

var (
	errHung     = errors.New("it did not answer in time")
	errPipe     = errors.New("it closed its pipe")
	errNonsense = errors.New("it gave an answer that nobody asked for")
	errWrong    = errors.New("it derived another key than this process")
)

// startTimeout is how long a child may take from its start to its first key.
const startTimeout = 10 * time.Second

// start starts a child and has it prove that it works.
func start(o origin, s setUp) (*process, error) {
	cmd, err := o.command()
	if err != nil {
		return nil, err
	}
	p := &process{
		cmd: cmd, patience: o.patience,
		waiting: map[uint64]chan []byte{}, dead: make(chan struct{}), gone: make(chan struct{}),
	}
	in, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, errors.Join(err, in.Close())
	}
	p.in = in
	started := make(chan error, 1)
	go p.live(started)
	if err := <-started; err != nil {
		return nil, err
	}
	late := time.AfterFunc(startTimeout, func() { p.end(errHung) })
	defer late.Stop()
	if err := p.introduce(bufio.NewReader(out), s); err != nil {
		p.end(err)
		<-p.gone
		return nil, p.why
	}
	return p, nil
}

// origin says what children are made of.
type origin struct {
	argument string
	patience func(Job) time.Duration
}

var errNotHere = errors.New("this program cannot be its own child")

// command returns what starts a child: no environment, and /dev/null for what it
// may want to say.
func (o origin) command() (*exec.Cmd, error) {
	if !mayStart {
		return nil, errNotHere
	}
	path, err := executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	return &exec.Cmd{
		Path: path, Args: []string{filepath.Base(os.Args[0]), o.argument},
		Env: []string{}, Dir: workDir, SysProcAttr: attributes(),
	}, nil
}

// live holds one thread for as long as the child lives: on Linux a child hears
// of its parent's death when the thread dies that started it.
func (p *process) live(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(p.gone)
	keepFilesFromChildren()
	err := p.cmd.Start()
	started <- err
	if err != nil {
		return
	}
	<-p.dead
	_ = p.cmd.Wait() // how it ended is in why, or follows from the kill
}

// introduce tells the child what it must know, and asks for a key that is known.
func (p *process) introduce(out io.Reader, s setUp) error {
	if err := errors.Join(writeFrame(p.in, helloFrame()), writeFrame(p.in, s.frame())); err != nil {
		return err
	}
	body, err := readFrame(out)
	if err != nil {
		return err
	}
	if !isHello(body) {
		return errFrame
	}
	go func() { p.end(p.read(out)) }()
	probe := Job{Password: []byte("password"), Salt: []byte("somesalt"), MemoryKiB: 64, Passes: 1, Threads: 1, KeyBytes: 32}
	key, err := p.key(probe)
	if err == nil && !bytes.Equal(key, probe.Key()) {
		err = errWrong
	}
	return err
}

// read hands out answers until the pipe ends or carries nonsense.
func (p *process) read(out io.Reader) error {
	for {
		body, err := readFrame(out)
		if errors.Is(err, io.EOF) {
			return errPipe
		}
		if err != nil {
			return err
		}
		number, key, err := parseKey(body)
		if err != nil {
			return err
		}
		p.mu.Lock()
		answer := p.waiting[number]
		delete(p.waiting, number)
		p.mu.Unlock()
		if answer == nil {
			return errNonsense
		}
		answer <- key
	}
}

// key sends j and waits for its key. An error says that this process is dead.
func (p *process) key(j Job) ([]byte, error) {
	answer := make(chan []byte, 1)
	p.mu.Lock()
	p.number++
	number := p.number
	p.waiting[number] = answer
	p.mu.Unlock()
	late := time.AfterFunc(p.patience(j), func() { p.end(errHung) })
	defer late.Stop()
	if err := p.send(j.frame(number)); err != nil {
		p.end(err)
	}
	select {
	case key := <-answer:
		if len(key) != int(j.KeyBytes) {
			p.end(errNonsense)
			return nil, errNonsense
		}
		return key, nil
	case <-p.dead:
		return nil, p.why
	}
}

func (p *process) send(body []byte) error {
	p.writing.Lock()
	defer p.writing.Unlock()
	defer clear(body)
	return writeFrame(p.in, body)
}

func (p *process) isDead() bool {
	select {
	case <-p.dead:
		return true
	default:
		return false
	}
}

// end kills the child, whatever it does, and says why to all who wait. The first
// reason counts.
func (p *process) end(why error) {
	p.ending.Do(func() {
		p.why = fmt.Errorf("the child process ended: %w", why)
		close(p.dead)
		_ = p.cmd.Process.Kill() // it may have ended by itself
	})
}

// stop lets the child end by itself, and kills it if it takes too long.
func (p *process) stop() {
	_ = p.in.Close() // it may be closed already
	select {
	case <-p.dead:
	case <-time.After(2 * time.Second):
		p.end(errHung)
	}
	<-p.gone
}
