package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// browsersNice is the priority of the people's browsers: real ones do not run
// on the server's processors, so here they give way to it and to the driver
// that measures, but not to the hashing (19).
const browsersNice = 5

// browsers is a crowd that signs in without pause, in a process of its own.
type browsers struct {
	cmd  *exec.Cmd
	done atomic.Int64 // sign-ins that came through
}

// openBrowsers starts the crowd against a server: so many sign-ins a second, or as
// many as go.
func openBrowsers(url string, pace float64) (*browsers, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command("nice", "-n", strconv.Itoa(browsersNice), self, "-browsers", url, "-pace", fmt.Sprint(pace))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	b := &browsers{cmd: cmd}
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			b.done.Add(1)
		}
	}()
	return b, nil
}

// close ends the crowd.
func (b *browsers) close() error {
	if err := b.cmd.Process.Kill(); err != nil {
		return err
	}
	var ended *exec.ExitError
	if err := b.cmd.Wait(); !errors.As(err, &ended) {
		return err
	}
	return nil
}

// browse is that process: eight browsers, and a line for each sign-in.
func browse(url string, pace float64) error {
	s := &subject{url: url}
	ctx, stop := context.WithTimeout(background(), 5*time.Minute) // should its parent be gone
	defer stop()
	turns := turnsAt(ctx, pace)
	var workers sync.WaitGroup
	for i := range 8 {
		workers.Go(func() {
			for n := i; ctx.Err() == nil; n += 8 {
				<-turns
				if s.signIn(ctx, email(n%people)) == nil {
					fmt.Println()
				}
			}
		})
	}
	workers.Wait()
	return nil
}

// turnsAt gives so many turns a second, evenly; with 0 whoever wants one has it.
func turnsAt(ctx context.Context, pace float64) <-chan struct{} {
	turns := make(chan struct{})
	if pace == 0 {
		close(turns)
		return turns
	}
	go func() {
		defer close(turns)
		tick := time.NewTicker(time.Duration(float64(time.Second) / pace))
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
			select {
			case turns <- struct{}{}:
			case <-ctx.Done():
				return
			}
		}
	}()
	return turns
}
