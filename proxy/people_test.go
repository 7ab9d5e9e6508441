package proxy

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/access"
	"gatehouse/caller"
	"gatehouse/id"
)

// nameless names nobody while a database hangs.
type nameless struct{}

func (nameless) Email(ctx context.Context, _ id.User) (string, error) {
	<-ctx.Done()
	return "", ctx.Err()
}

// A page that refuses somebody does not wait for their name.
func TestAPageDoesNotWaitForTheNameOfItsReader(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &passage{door: &Door{People: nameless{}}, r: httptest.NewRequest(http.MethodGet, "/", nil)}
		begun := time.Now()
		email := p.emailOf(&caller.Caller{Subject: access.Subject{Kind: access.User, ID: "usr_ada"}})
		if took := time.Since(begun); email != "" || took > 250*time.Millisecond {
			t.Errorf("it is %q after %s", email, took)
		}
	})
}
