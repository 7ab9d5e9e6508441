package foreign

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"

	"gatehouse/gate"
	"gatehouse/internal/testissuer"
)

// Keys that could not be read again count for a while, and then nobody can tell.
func TestKeysOfBeforeCountForAnHour(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		asked, away := 0, errors.New("away")
		k := &keySet{}
		k.fetch = func(context.Context) (map[string]publicKey, error) {
			if asked++; asked > 1 {
				return nil, away
			}
			return map[string]publicKey{"k": keyOf("ES256", private.Public())}, nil
		}
		for _, c := range []struct {
			after time.Duration
			kid   string
			want  error
		}{
			{0, "k", nil}, {0, "other", errNoKey}, {keysPause, "other", away}, {keysFresh, "k", nil}, {keysLast - keysFresh - keysPause - time.Second, "k", nil}, {2 * time.Second, "k", away},
		} {
			time.Sleep(c.after)
			synctest.Wait()
			if _, err := k.find(t.Context(), c.kid); !errors.Is(err, c.want) {
				t.Errorf("%s after %s: %v, want %v", c.kid, c.after, err, c.want)
			}
			synctest.Wait()
		}
	})
}

type answering func(r *http.Request) string

// RoundTrip implements http.RoundTripper.
func (a answering) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(a(r)))}, nil
}

// An answer counts for as long as the file says, a no as well, and never beyond the end that
// it names.
func TestAnAnswerCountsForSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		i := &gate.Issuer{
			ID: "partner", Issuer: "https://id.test", Audiences: []string{"api"}, Callers: []gate.IssuerCallerSpec{{Claims: map[string]string{"sub": "jobs"}, Service: "partner"}},
			Introspection: &gate.Introspection{Endpoint: "https://id.test/introspect", Cache: 5 * time.Second},
		}
		asked, says := 0, `{"active":true,"sub":"jobs","aud":"api"}`
		s := &Issuers{}
		s.of(i).wire = wire{&http.Client{Transport: answering(func(*http.Request) string { asked++; return says })}}
		for _, c := range []struct {
			after time.Duration
			says  string
			good  bool
			asked int
		}{
			{0, says, true, 1}, {4 * time.Second, `{"active":false}`, true, 1}, {time.Second, `{"active":false}`, false, 2}, {4 * time.Second, says, false, 2}, {time.Second, says, true, 3},
		} {
			time.Sleep(c.after)
			says = c.says
			if _, err := s.Introspect(t.Context(), i, "opaque"); (err == nil) != c.good || asked != c.asked {
				t.Errorf("after %s: %v, asked %d times; want good %t, %d times", c.after, err, asked, c.good, c.asked)
			}
		}
	})
}

// An issuer that puts another key in the place of one, under the same id, took that one back:
// what it signed is good no more, even where its signature was checked before.
func TestAnotherKeyOfTheSameIDTakesBackWhatTheFirstSigned(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		i := &gate.Issuer{
			ID: "partner", Issuer: "https://id.test", Audiences: []string{"api"}, Algorithms: []string{"ES256"}, Types: []string{"at+jwt"},
			Callers: []gate.IssuerCallerSpec{{Claims: map[string]string{"sub": "jobs"}, Service: "partner"}},
		}
		var private [2]*ecdsa.PrivateKey
		var token [2]string
		claims := map[string]any{"iss": i.Issuer, "sub": "jobs", "aud": "api", "exp": time.Now().Add(time.Hour).Unix()}
		for n := range private {
			var err error
			if private[n], err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
				t.Fatal(err)
			}
			token[n] = testissuer.SignBy(t, jose.ES256, private[n], "default", claims, nil)
		}
		s, of := &Issuers{}, 0
		s.of(i).keys.fetch = func(context.Context) (map[string]publicKey, error) {
			return map[string]publicKey{"default": keyOf("ES256", private[of].Public())}, nil
		}
		is := func(when string, good int) {
			t.Helper()
			for n := range token {
				if _, err := s.Verify(t.Context(), i, token[n]); (err == nil) != (n == good) {
					t.Errorf("%s, the token of key %d: %v", when, n, err)
				}
			}
		}
		is("before", 0)
		of = 1
		time.Sleep(keysFresh)
		_, _ = s.Verify(t.Context(), i, token[0]) // has the keys asked for again
		synctest.Wait()
		is("after", 1)
	})
}

// What an issuer says anew of the algorithm of a key, it says of what the key signed before.
func TestAKeyIsForTheAlgorithmThatItsIssuerSaysNow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		private, err := rsa.GenerateKey(rand.Reader, minRSA)
		if err != nil {
			t.Fatal(err)
		}
		i := &gate.Issuer{
			ID: "partner", Issuer: "https://id.test", Audiences: []string{"api"}, Algorithms: []string{"RS256", "PS256"}, Types: []string{"at+jwt"},
			Callers: []gate.IssuerCallerSpec{{Claims: map[string]string{"sub": "jobs"}, Service: "partner"}},
		}
		alg, s := "", &Issuers{}
		s.of(i).keys.fetch = func(context.Context) (map[string]publicKey, error) {
			return map[string]publicKey{"k": keyOf(alg, private.Public())}, nil
		}
		claims := map[string]any{"iss": i.Issuer, "sub": "jobs", "aud": "api", "exp": time.Now().Add(time.Hour).Unix()}
		token := testissuer.SignBy(t, jose.RS256, private, "k", claims, nil)
		for _, c := range []struct {
			alg  string
			good bool
		}{{"", true}, {"RS256", true}, {"", true}, {"PS256", false}} {
			alg = c.alg
			time.Sleep(keysFresh)
			_, _ = s.Verify(t.Context(), i, token) // has the keys asked for again
			synctest.Wait()
			if _, err := s.Verify(t.Context(), i, token); (err == nil) != c.good {
				t.Errorf("for %q: %v, want good %t", c.alg, err, c.good)
			}
		}
	})
}

// Of an issuer that is taken out of the files nothing is remembered.
func TestIssuersThatAreGoneAreForgotten(t *testing.T) {
	t.Parallel()
	issuers := &Issuers{}
	one, other := &gate.Issuer{ID: "one", Issuer: "https://one.test"}, &gate.Issuer{ID: "other", Issuer: "https://other.test"}
	kept := issuers.of(one)
	issuers.of(other)
	issuers.Keep([]*gate.Issuer{{ID: "one"}})
	if len(issuers.all) != 1 || issuers.of(one) != kept {
		t.Errorf("%d are known", len(issuers.all))
	}
	issuers.Keep(nil)
	if len(issuers.all) != 0 {
		t.Error("they are known for ever")
	}
}

// A token that was found to be good is over when it says so, to the second (T8).
func TestATokenThatIsRememberedIsOverInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		now, key, i := time.Now(), keyOf("ES256", private.Public()), &issuer{Issuer: &gate.Issuer{ID: "one"}}
		i.keys.fetch = func(context.Context) (map[string]publicKey, error) { return map[string]publicKey{"k": key}, nil }
		one := &signed{Token: Token{Service: "jobs", Until: now.Add(10 * time.Second)}, kid: "k", alg: "ES256", key: key.sum, notBefore: now.Add(2 * time.Second)}
		for _, c := range []struct {
			at   time.Duration
			want error
		}{{0, ErrDead}, {2 * time.Second, nil}, {10*time.Second - 1, nil}, {10 * time.Second, ErrDead}, {time.Hour, ErrDead}} {
			time.Sleep(c.at - time.Since(now))
			if err := i.alive(t.Context(), one, time.Now()); !errors.Is(err, c.want) || (c.want == nil) != (err == nil) {
				t.Errorf("after %s: %v, want %v", c.at, err, c.want)
			}
		}
	})
}
