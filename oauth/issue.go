package oauth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/secret"
)

// CodeRequest is an authorization request to which the person said yes.
type CodeRequest struct {
	Authorization          // without ID, Client and Audiences: IssueCode fills them in
	Resources     []string // of the request (RFC 8707); none: all that the client may have
	Asked         []string // the scopes that the sign-in was about; no others are given
	RedirectURI   string   // as it was sent; empty when it was left out
	Challenge     string   // PKCE S256 challenge; empty when the client need not send one
}

// MaxCodes bounds the codes of a person that are stored at a time: for a minute, and
// for a day those that were exchanged. More are no person's.
const MaxCodes = 10_000

var errNotAllowed = refuse(AccessDenied, "The person may not allow this.")

// IssueCode makes a code for what the person said yes to, as far as the ceiling
// lets them. A scope that the client got while the person was at our pages is not
// among it. The consent, the code's row and what finish does are one transaction:
// who takes the consent back at that moment gives nothing, and of two that finish
// the same sign-in at once, the one that finish lets through gets a code. Finish
// may run twice; nil does nothing. A *Refusal says why not.
func (s *Service) IssueCode(ctx context.Context, c *Client, r CodeRequest, finish func(ctx context.Context) error) (string, error) {
	now := time.Now().UTC()
	r.ID, r.Client = id.NewAuthorization(), c.ID
	cfg := s.Config()
	all, err := s.narrow(ctx, c, &r, now, &cfg)
	if err != nil {
		return "", err
	}
	text := secret.Token(32)
	code := Code{
		Hash: secret.Hash(text), Authorization: r.Authorization, RedirectURI: r.RedirectURI, Challenge: r.Challenge,
		Created: now, Expires: now.Add(cfg.CodeTTL),
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.consented(ctx, c, r.User, all); err != nil {
			return err
		}
		if finish != nil {
			if err := finish(ctx); err != nil {
				return err
			}
		}
		return s.keepCode(ctx, code)
	})
	if err != nil {
		return "", fmt.Errorf("issue code: %w", err)
	}
	s.Notes.signedIn(c, now)
	return text, nil
}

// narrow leaves of a request what may be given for it, and returns all the scopes that
// the person must have consented to. A *Refusal says why nothing may.
func (s *Service) narrow(ctx context.Context, c *Client, r *CodeRequest, now time.Time, cfg *Config) (all []string, err error) {
	targets, no := Targets(c.MeantFor(s.Issuer), r.Resources)
	if no != nil {
		return nil, no
	}
	claims, err := ParseClaims(r.Claims)
	if err != nil {
		return nil, fmt.Errorf("issue code: %w", err)
	}
	r.Audiences, r.Scopes = targets, common(r.Scopes, r.Asked)
	allowed, err := s.under(ctx, c, &r.Authorization, r.Scopes, claims, now, cfg, errNotAllowed)
	if errors.Is(err, errShutOut) {
		return nil, errNotAdmitted
	}
	if err != nil {
		return nil, err
	}
	all = common(allowed.all, r.Asked)
	r.Scopes, r.Claims = allowed.Scopes, claims.within(all)
	return all, nil
}

func (s *Service) keepCode(ctx context.Context, code Code) error {
	ok, err := s.Store.InsertCode(ctx, code, MaxCodes)
	if err != nil || ok {
		return err
	}
	return &fault.Error{Kind: fault.TooMany, Code: "code.too_many", Detail: "There were too many sign-ins. Please wait and try again.", RetryAfter: time.Minute}
}

// consented refuses what the person does not allow the client now. Of an
// application of the house nobody is asked.
func (s *Service) consented(ctx context.Context, c *Client, user id.User, scopes []string) error {
	if c.SkipConsent || len(scopes) == 0 {
		return nil
	}
	given, err := s.Store.Consent(ctx, user, c.ID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if !covers(given.Scopes, scopes) {
		return errNotAllowed
	}
	return nil
}
