package worker

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"
)

// hangs is how long something may take before it counts as one that never ends. It is
// no measure of speed: the child has the lowest priority, and a machine that is busy with
// tests leaves it little.
const hangs = 2 * time.Minute

func testOptions(log io.Writer) Options {
	return Options{Slots: 2, MemoryKiB: 64, Wait: hangs, Log: slog.New(slog.NewTextHandler(log, nil))}
}

// log is a buffer for several writers.
type log struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// unanswered is the password of the job that a sleeper does not answer.
const unanswered = "a job without an answer"

// patient waits for any job but that one.
func patient(j Job) time.Duration {
	if string(j.Password) == unanswered {
		return 300 * time.Millisecond
	}
	return hangs
}

// run starts a pool whose children are what argument says, until the test ends.
func run(t *testing.T, argument string) (*Pool, *log) {
	t.Helper()
	l := &log{}
	p := NewPool(testOptions(l))
	p.origin = origin{argument, patient}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { p.Run(ctx) })
	t.Cleanup(func() { stop(); wg.Wait() })
	return p, l
}

func job(password string) Job {
	return Job{Password: []byte(password), Salt: []byte("somesalt"), MemoryKiB: 64, Passes: 1, Threads: 1, KeyBytes: 32}
}

// The keys were made with the reference implementation of argon2 (RFC 9106, its
// command argon2 -id), the first two are also in its test suite.
func TestBothEnginesDeriveTheKeysOfTheReference(t *testing.T) {
	t.Parallel()
	p, _ := run(t, Argument)
	for _, c := range []struct {
		job  Job
		want string
	}{
		{Job{Password: []byte("password"), Salt: []byte("somesalt"), MemoryKiB: 65536, Passes: 2, Threads: 1, KeyBytes: 32}, "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"},
		{Job{Password: []byte("password"), Salt: []byte("somesalt"), MemoryKiB: 256, Passes: 2, Threads: 1, KeyBytes: 32}, "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe"},
		{Job{Password: []byte("password"), Salt: []byte("somesalt"), MemoryKiB: 256, Passes: 2, Threads: 2, KeyBytes: 32}, "6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037"},
		{Job{Password: []byte("password"), Salt: []byte("diffsalt"), MemoryKiB: 65536, Passes: 2, Threads: 1, KeyBytes: 32}, "bdf32b05ccc42eb15d58fd19b1f856b113da1e9a5874fdcc544308565aa8141c"},
	} {
		got, err := p.Key(t.Context(), c.job)
		if hex.EncodeToString(got) != c.want || err != nil {
			t.Errorf("the child derives %x, %v of %+v; want %s", got, err, c.job, c.want)
		}
		if got := hex.EncodeToString(c.job.Key()); got != c.want {
			t.Errorf("this process derives %s of %+v; want %s", got, c.job, c.want)
		}
	}
}

func TestBothEnginesAgreeAtEverySize(t *testing.T) {
	t.Parallel()
	p, _ := run(t, Argument)
	for _, memory := range []uint32{1, 64, 7168, 19456} {
		for _, passes := range []uint32{1, 3} {
			for _, password := range []string{"", "x", "пароль от чайника", "nul\x00 and \xff", strings.Repeat("a", maxPassword)} {
				for _, salt := range []int{0, 8, 16, maxSalt} {
					j := Job{[]byte(password), bytes.Repeat([]byte{7}, salt), memory, passes, 1, uint16(16 + salt/8)}
					if memory > 64 && (salt != 16 || passes != 1) {
						continue // the sizes do not meet the memory
					}
					got, err := p.Key(t.Context(), j)
					if want := j.Key(); !bytes.Equal(got, want) || err != nil {
						t.Errorf("%d KiB, %d passes, %d bytes of password, %d of salt: got %x, %v; want %x", memory, passes, len(password), salt, got, err, want)
					}
				}
			}
		}
	}
}

func TestManyJobsGetTheirOwnKeys(t *testing.T) {
	t.Parallel()
	p, _ := run(t, Argument)
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			j := job(fmt.Sprintf("password %d", i))
			if got, err := p.Key(t.Context(), j); err != nil || !bytes.Equal(got, j.Key()) {
				t.Errorf("%d: got %x, %v", i, got, err)
			}
		})
	}
	wg.Wait()
}

func TestJobsOutOfBoundsStayOutOfThePipe(t *testing.T) {
	t.Parallel()
	p, l := run(t, Argument)
	for name, change := range map[string]func(*Job){
		"password": func(j *Job) { j.Password = make([]byte, maxPassword+1) },
		"salt":     func(j *Job) { j.Salt = make([]byte, maxSalt+1) },
		"key":      func(j *Job) { j.KeyBytes = maxKey + 1 },
		"no key":   func(j *Job) { j.KeyBytes = 0 },
		"memory":   func(j *Job) { j.MemoryKiB = maxMemoryKiB + 1 },
		"no pass":  func(j *Job) { j.Passes = 0 },
		"passes":   func(j *Job) { j.Passes = maxPasses + 1 },
		"threads":  func(j *Job) { j.Threads = 0 },
	} {
		j := job("password")
		change(&j)
		if key, err := p.Key(t.Context(), j); err == nil || key != nil {
			t.Errorf("%s: got %x, %v", name, key, err)
		}
	}
	if got, err := p.Key(t.Context(), job("password")); err != nil || len(got) != 32 || strings.Contains(l.String(), "replaced") {
		t.Errorf("the child suffered: %x, %v, %s", got, err, l)
	}
}

func TestAChildThatCannotStartSaysWhy(t *testing.T) {
	t.Parallel()
	for argument, want := range map[string]string{
		liar:            errWrong.Error(),
		stranger:        errFrame.Error(),
		"-test.run=^$x": errFrame.Error(), // a program that is not one: the tests' own summary
	} {
		p := NewPool(testOptions(io.Discard))
		p.origin = origin{argument, patient}
		if err := p.Start(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", argument, err, want)
		}
	}
}

func TestABadChildIsReplacedAndItsJobFails(t *testing.T) {
	t.Parallel()
	for argument, want := range map[string]string{garbler: errFrame.Error(), sleeper: errHung.Error()} {
		t.Run(argument, func(t *testing.T) {
			t.Parallel()
			p, l := run(t, argument)
			before, _ := p.look()
			key, err := p.Key(t.Context(), job(unanswered))
			if key != nil || err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %x, %v; want %q", key, err, want)
			}
			after, err := p.child(t.Context())
			if err != nil || after == before {
				t.Errorf("it was not replaced: %v", err)
			}
			if !strings.Contains(l.String(), want) {
				t.Errorf("logged: %s", l)
			}
			<-before.gone
		})
	}
}

func TestNoChildMeansNoKey(t *testing.T) {
	t.Parallel()
	p := NewPool(testOptions(io.Discard)) // nobody runs it
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if key, err := p.Key(ctx, job("password")); key != nil || err == nil {
		t.Errorf("got %x, %v", key, err)
	}
}
