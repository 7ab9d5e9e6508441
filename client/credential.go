package client

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
)

// TokenSource says what a request brings as its Bearer token. Several requests may ask
// at once.
type TokenSource interface {
	Token(ctx context.Context) (string, error)
}

// A Refusable source is told of a token that was answered 401. It reports whether it may
// have another one, with which the request is sent once more.
type Refusable interface {
	Refused(token string) bool
}

// WithKey brings the key of a service account, or a personal access token
// ("gatehouse_pat_…").
func WithKey(key string) Option {
	if key = strings.TrimSpace(key); key == "" {
		return func(*Gatehouse) error { return errors.New("gatehouse: the key is empty") }
	}
	return WithTokens(fixed(key))
}

// WithKeyFile brings the key in a file, which is read for each request: where the file is
// replaced, such as a mounted secret, the new key is used from then on.
func WithKeyFile(path string) Option { return WithTokens(file(path)) }

// WithTokens brings what a source has at the time.
func WithTokens(source TokenSource) Option {
	return func(g *Gatehouse) error {
		g.tokens = source
		return nil
	}
}

type fixed string

func (f fixed) Token(context.Context) (string, error) { return string(f), nil }

type file string

func (f file) Token(context.Context) (string, error) {
	text, err := os.ReadFile(string(f))
	if err != nil {
		return "", fmt.Errorf("read the key: %w", err)
	}
	key := strings.TrimSpace(string(text))
	if key == "" {
		return "", fmt.Errorf("read the key: %s is empty", string(f))
	}
	return key, nil
}
