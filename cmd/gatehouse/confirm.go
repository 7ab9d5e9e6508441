package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// confirming adds --yes to a command that cannot be undone.
func (a *app) confirming(cmd *cobra.Command) *cobra.Command {
	cmd.Flags().BoolVarP(&a.yes, "yes", "y", false, "do it without asking; needed where there is no terminal")
	return cmd
}

// confirm asks on the terminal whether to do what cannot be undone; what says it,
// as in "Delete web for good". With --yes it asks nothing, and without a terminal
// it refuses: a script says that it means it, and nothing waits for an answer
// that cannot come.
func (a *app) confirm(ctx context.Context, what string) error {
	if a.yes {
		return nil
	}
	f, ok := a.stdin.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return usagef("this cannot be undone, and there is no terminal to ask on; add --yes if you mean it")
	}
	answer, err := a.question(ctx, f, what+"? [y/N] ")
	if err != nil {
		return err
	}
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return nil
	}
	return failed("command.declined", "nothing was done")
}

// question reads one line from the terminal. An end of input is an empty answer.
func (a *app) question(ctx context.Context, f *os.File, prompt string) (string, error) {
	if _, err := fmt.Fprint(a.stderr, plain(prompt)); err != nil {
		return "", fmt.Errorf("ask: %w", err)
	}
	answers := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(f).ReadString('\n') // no answer is a no
		answers <- line
	}()
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case line := <-answers:
		return line, nil
	}
}
