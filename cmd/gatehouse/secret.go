package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"golang.org/x/term"
)

// maxInput bounds what a command reads from a file or from standard input.
const maxInput = 1 << 20

// password returns what gives a password: what stands in the file, or on standard
// input if the file is "-", which is read at once; else who is at the terminal is
// asked twice, and only when the password is wanted.
func (a *app) password(file string) (func(ctx context.Context) (string, error), error) {
	if file == "" {
		f, ok := a.stdin.(*os.File)
		if !ok || !term.IsTerminal(int(f.Fd())) {
			return nil, usagef("there is no terminal to ask for the password on; use --password-file FILE, or - for standard input")
		}
		return func(ctx context.Context) (string, error) { return a.ask(ctx, f) }, nil
	}
	password, err := a.passwordIn(file)
	return func(context.Context) (string, error) { return password, nil }, err
}

func (a *app) passwordIn(file string) (string, error) {
	b, err := a.read(file)
	if err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	password := strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r")
	if password == "" {
		return "", usagef("there is no password in %s", inputName(file))
	}
	if strings.ContainsAny(password, "\r\n") {
		return "", usagef("the password in %s has more than one line", inputName(file))
	}
	return password, nil
}

// read reads a whole file, or standard input for "-".
func (a *app) read(file string) ([]byte, error) { return a.readUpTo(file, maxInput) }

// readUpTo is read of a file of at most so many bytes.
func (a *app) readUpTo(file string, most int64) ([]byte, error) {
	in := a.stdin
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, usagef("the file %q cannot be read: %w", file, bare(err))
		}
		defer f.Close()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, most+1))
	if err != nil {
		return nil, err
	}
	if int64(len(b)) > most {
		return nil, usagef("%s is too long", inputName(file))
	}
	return b, nil
}

// bare is an error of a file without the name, which the sentence has.
func bare(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}

func inputName(file string) string {
	if file == "-" {
		return "standard input"
	}
	return file
}

// ask asks for a password twice, without showing it.
func (a *app) ask(ctx context.Context, f *os.File) (string, error) {
	first, err := a.askOnce(ctx, f, "Password: ")
	if err != nil {
		return "", err
	}
	second, err := a.askOnce(ctx, f, "Once more: ")
	if err != nil {
		return "", err
	}
	if first != second {
		return "", failed("password.differs", "the two passwords differ")
	}
	return first, nil
}

// askOnce reads one line without echo. When ctx ends meanwhile, the terminal
// gets its echo back before the process goes.
func (a *app) askOnce(ctx context.Context, f *os.File, prompt string) (string, error) {
	state, err := term.GetState(int(f.Fd()))
	if err != nil {
		return "", fmt.Errorf("ask for the password: %w", err)
	}
	if _, err := fmt.Fprint(a.stderr, prompt); err != nil {
		return "", fmt.Errorf("ask for the password: %w", err)
	}
	type answer struct {
		line []byte
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		line, err := term.ReadPassword(int(f.Fd()))
		answers <- answer{line, err}
	}()
	select {
	case <-ctx.Done():
		return "", errors.Join(ctx.Err(), term.Restore(int(f.Fd()), state))
	case got := <-answers:
		_, _ = fmt.Fprintln(a.stderr) // the newline that was typed is not shown
		if got.err != nil {
			return "", fmt.Errorf("read the password: %w", got.err)
		}
		return string(got.line), nil
	}
}
