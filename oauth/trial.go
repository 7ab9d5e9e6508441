package oauth

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/secret"
)

// TrialLife is how long a trial may take.
const TrialLife = 10 * time.Minute

// Trials are sign-ins by which somebody who looks after a client tries it out: the real
// authorization request, sign-in and consent, whose code brings no token but tells what its
// tokens would say. The answer goes to a page of ours that no client has among its redirect URIs
// and that none can use otherwise: the state of such a request is sealed, for one client and one
// person. It is safe for concurrent use.
type Trials struct {
	Issuer string
	Seals  secret.Box
}

// Trial is one of them, as it travels in the state.
type Trial struct {
	Client   id.Client
	User     id.User // who tries, and nobody else may sign in by it
	Verifier string  // of PKCE (RFC 7636)
	Begun    time.Time
}

// Begin returns the parameters of the authorization request of a trial that user begins.
func (t *Trials) Begin(client id.Client, user id.User, scopes []string, now time.Time) (url.Values, error) {
	trial := Trial{Client: client, User: user, Verifier: secret.Token(32), Begun: now.UTC()}
	plain, err := json.Marshal(trial)
	if err != nil {
		return nil, fmt.Errorf("begin a trial: %w", err)
	}
	state, err := t.Seals.Seal(plain)
	if err != nil {
		return nil, fmt.Errorf("begin a trial: %w", err)
	}
	challenge := base64.RawURLEncoding.EncodeToString(secret.Hash(trial.Verifier))
	return url.Values{
		"response_type": {"code"}, "client_id": {string(client)}, "redirect_uri": {t.redirect(client)}, "scope": {strings.Join(scopes, " ")},
		"state": {state}, "nonce": {secret.Token(16)}, "code_challenge": {challenge}, "code_challenge_method": {"S256"},
	}, nil
}

// redirect is where the answer to a trial of the client goes: a page of the console.
func (t *Trials) redirect(client id.Client) string {
	return t.Issuer + "/console/applications/" + string(client) + "/trial/answer"
}

// open reads a state at now. What is none, or too old, is Malformed "trial.over".
func (t *Trials) open(state string, now time.Time) (trial Trial, err error) {
	plain, err := t.Seals.Open(state)
	if err == nil {
		err = json.Unmarshal(plain, &trial)
	}
	if age := now.Sub(trial.Begun); err == nil && (age > TrialLife || age < -TrialLife) {
		err = errors.New("it took too long")
	}
	if err != nil {
		return Trial{}, fault.Wrap(err, fault.Malformed, "trial.over", "This trial took too long, or was begun elsewhere.")
	}
	return trial, nil
}

// Answers reports whether the answer to a request of the client with that state may go to uri
// because it is a trial. A nil *Trials knows none.
func (t *Trials) Answers(client id.Client, uri, state string, now time.Time) bool {
	if t == nil || uri != t.redirect(client) {
		return false
	}
	trial, err := t.open(state, now)
	return err == nil && trial.Client == client
}

// Read returns the trial of a state that came back to who began it.
func (t *Trials) Read(state string, user id.User, now time.Time) (Trial, error) {
	trial, err := t.open(state, now)
	if err == nil && trial.User != user {
		err = fault.Wrap(errors.New("it is somebody else's"), fault.Malformed, "trial.over", "This trial took too long, or was begun elsewhere.")
	}
	return trial, err
}

// Try tells what the tokens would say that the code of a trial would bring. The code is spent by
// it, and brings nothing. What is wrong with it is refused as the token endpoint would, and as
// "trial.over" where another person signed in than began the trial.
func (s *Service) Try(ctx context.Context, c *Client, trial Trial, text string) (Preview, error) {
	code, err := s.Store.Code(ctx, secret.Hash(text))
	if fault.Is(err, fault.NotFound) {
		return Preview{Refused: errCode.because(err)}, nil
	}
	if err != nil {
		return Preview{}, fmt.Errorf("try a client: %w", err)
	}
	if code.User != trial.User {
		return Preview{}, fault.Wrap(errors.New("somebody else signed in"), fault.Malformed, "trial.over", "This trial took too long, or was begun elsewhere.")
	}
	now := time.Now()
	no := code.judge(c, Redemption{Code: text, RedirectURI: code.RedirectURI, Verifier: trial.Verifier}, now)
	if !code.Claimed.IsZero() {
		no = errCodeSpent
	}
	if no != nil {
		return Preview{Refused: no}, nil
	}
	if won, err := s.Store.ClaimCode(ctx, code.Hash, now); err != nil || !won {
		return Preview{Refused: errCodeSpent}, wrapped("try a client", err)
	}
	p, err := s.tried(ctx, c, &code)
	if refused, is := errors.AsType[*Refusal](err); is {
		return Preview{Refused: refused}, nil
	}
	return p, wrapped("try a client", err)
}

func wrapped(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// tried goes as far as Redeem goes before anything is written.
func (s *Service) tried(ctx context.Context, c *Client, code *Code) (Preview, error) {
	if !c.may(GrantCode) {
		return Preview{}, errGrantType
	}
	targets, no := Targets(s.recorded(c, &code.Authorization), nil)
	if no != nil {
		return Preview{}, no
	}
	m := &minting{client: c, authorization: &code.Authorization, targets: targets, now: time.Now().UTC(), config: s.Config()}
	err := m.ask()
	if err != nil {
		return Preview{}, err
	}
	if m.allowed, err = s.under(ctx, c, m.authorization, code.Scopes, m.asked, m.now, &m.config, errCode); err != nil {
		return Preview{}, err
	}
	if err := s.meet(ctx, m); err != nil {
		return Preview{}, err
	}
	return s.show(ctx, m, slices.Clone(code.Scopes))
}
