package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

func (a *app) token() *cobra.Command {
	return explained(a.group("token", "Read a token, and ask what it is worth", a.tokenDecode(), a.tokenIntrospect()),
		`Read a token, and ask what it is worth. A token comes from a file or on standard
input, never as a word of the command line: others on this machine can read that,
and the shell remembers it.`,
		`  gatehouse token decode --file token.txt
  gatehouse token introspect --file token.txt`)
}

// withoutTokens refuses a token among the words of the command line, and does not
// repeat it.
func withoutTokens(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("a token is not taken from the command line, where others can read it: use --file FILE, or standard input")
	}
	return nil
}

// tokenFrom reads the one token of a file, or of standard input.
func (a *app) tokenFrom(file string) (string, error) {
	if f, ok := a.stdin.(*os.File); ok && file == "-" && term.IsTerminal(int(f.Fd())) {
		if _, err := fmt.Fprintln(a.stderr, "Paste the token, then press Enter and Ctrl-D."); err != nil {
			return "", fmt.Errorf("ask for the token: %w", err)
		}
	}
	b, err := a.read(file)
	if err != nil {
		return "", fmt.Errorf("read the token: %w", err)
	}
	token := strings.TrimSpace(string(b))
	if scheme, rest, two := strings.Cut(token, " "); two && strings.EqualFold(scheme, "Bearer") {
		token = strings.TrimSpace(rest)
	}
	switch {
	case token == "":
		return "", usagef("there is no token in %s", inputName(file))
	case strings.ContainsAny(token, " \t\r\n"):
		return "", usagef("%s holds more than one token", inputName(file))
	}
	return token, nil
}
