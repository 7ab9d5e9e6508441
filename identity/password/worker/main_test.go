package worker

import (
	"fmt"
	"io"
	"os"
	"testing"
	"time"
)

// The test binary is its own child, good or bad: its argument says which.
const (
	garbler  = "test-garbler"  // answers its second job with noise
	liar     = "test-liar"     // answers each job with a key of its own
	sleeper  = "test-sleeper"  // takes its second job and never answers
	stranger = "test-stranger" // speaks another version
	orphaner = "test-orphaner" // a parent: starts a child, says its pid, and waits
)

func TestMain(m *testing.M) {
	Main()
	if len(os.Args) == 2 {
		if bad := impostors[os.Args[1]]; bad != nil {
			if err := bad(); err != nil {
				os.Exit(3)
			}
			os.Exit(0)
		}
	}
	os.Exit(m.Run())
}

var impostors = map[string]func() error{
	garbler: func() error {
		return impersonate(func(_ uint64, _ Job) ([]byte, error) {
			_, err := os.Stdout.WriteString("HTTP/1.1 400 Bad Request\r\n\r\n")
			return nil, err
		})
	},
	sleeper: func() error {
		return impersonate(func(uint64, Job) ([]byte, error) { return nil, nil })
	},
	liar: func() error {
		if err := open(); err != nil {
			return err
		}
		_, err := os.Stdout.Write(frameOf(keyFrame(1, make([]byte, 32))))
		return wait(err)
	},
	stranger: func() error {
		_, err := os.Stdout.Write(frameOf([]byte{kindHello, version + 1}))
		return wait(err)
	},
	orphaner: func() error {
		p := NewPool(testOptions(io.Discard))
		if err := p.Start(); err != nil {
			return err
		}
		c, _ := p.look()
		_, err := fmt.Println(c.cmd.Process.Pid)
		return wait(err)
	},
}

// open is what a child does first.
func open() error {
	if err := greet(os.Stdin, os.Stdout); err != nil {
		return err
	}
	_, err := readFrame(os.Stdin)
	return err
}

// wait lets a process live until somebody ends it, a minute at most.
func wait(err error) error {
	if err == nil {
		time.Sleep(time.Minute)
	}
	return err
}

// impersonate answers the probe as a good child does, and everything after it in
// its own way.
func impersonate(answer func(number uint64, j Job) ([]byte, error)) error {
	if err := open(); err != nil {
		return err
	}
	for first := true; ; first = false {
		body, err := readFrame(os.Stdin)
		if err != nil {
			return err
		}
		number, j, err := parseJob(body)
		if err != nil {
			return err
		}
		key := j.Key()
		if !first {
			key, err = answer(number, j)
		}
		if key != nil {
			err = writeFrame(os.Stdout, keyFrame(number, key))
		}
		if err != nil {
			return err
		}
	}
}
