package doctor

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"gatehouse/secret"
	"gatehouse/web"
)

// Why nobody is known to have heard the news.
var (
	ErrNoServer    = errors.New("no server answers")
	ErrOtherServer = errors.New("what answers is no server of this house")
	ErrNotRead     = errors.New("the server could not read it at once")
)

// Tell has the server at internal read what was changed beside it, and returns the version
// of the policy by which it decides then. same is what only a process of the same house
// can say about a nonce. Errors: those above; ErrNotRead also when ctx ends first.
func Tell(ctx context.Context, internal string, same func(nonce string) []byte) (policy uint64, err error) {
	nonce := rand.Text()
	resp, err := ask(ctx, nil, http.MethodPost, inside(internal, web.PathNews)+"?nonce="+nonce, nil)
	switch {
	case ctx.Err() != nil:
		return 0, errors.Join(ErrNotRead, ctx.Err())
	case err != nil:
		return 0, fmt.Errorf("%w: %w", ErrNoServer, why(err))
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusServiceUnavailable {
		return 0, ErrNotRead
	}
	var said web.News
	err = json.NewDecoder(io.LimitReader(resp.Body, 1<<12)).Decode(&said)
	if err != nil || resp.StatusCode != http.StatusOK || !secret.Equal(said.Same, same(nonce)) {
		return 0, ErrOtherServer
	}
	return said.Policy, nil
}
