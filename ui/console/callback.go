package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/secret"
	"gatehouse/session"
	"gatehouse/ui/console/guard"
	"gatehouse/web"
)

// callback takes the answer of the authorization endpoint, and makes the session of the
// console: a cookie that stands for the browser's session at the issuer, new each time.
func (d *Door) callback(g *guard.Guard) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		q := r.URL.Query()
		b, err := d.open(q.Get("state"), d.Cookies.Browser(r))
		if err != nil {
			return err
		}
		if q.Get("iss") != d.Issuer { // RFC 9207
			return refused(fmt.Errorf("the answer is of %.100q", q.Get("iss")))
		}
		if code := q.Get("error"); code != "" {
			return fault.Wrap(fmt.Errorf("the issuer says %.100q: %.200q", code, q.Get("error_description")), fault.Forbidden, "console.refused", "Nobody was signed in to the console.")
		}
		s, err := d.redeem(r.Context(), b, q.Get("code"))
		if err != nil {
			return err
		}
		if err := d.enter(w, r, s); err != nil {
			return err
		}
		return g.Onwards(w, r, b.Path)
	}
}

// redeem redeems a code at the token endpoint, and returns of which browser session the ID
// token is.
func (d *Door) redeem(ctx context.Context, b begun, code string) (id.Session, error) {
	ctx = d.signIns.within(ctx)
	token, err := d.signIns.config.Exchange(ctx, code, oauth2.VerifierOption(d.verifier(b.Nonce)))
	if no, ok := errors.AsType[*oauth2.RetrieveError](err); ok && no.Response.StatusCode < http.StatusInternalServerError {
		return "", refused(fmt.Errorf("redeem a code: %s", no.ErrorCode))
	}
	if err != nil {
		return "", fault.Wrap(err, fault.Unavailable, "console.unanswered", "The sign-in could not be finished.")
	}
	raw, _ := token.Extra("id_token").(string)
	verified, err := d.signIns.tokens.Verify(ctx, raw)
	if err != nil {
		return "", fault.Wrap(err, fault.Unavailable, "console.unanswered", "The sign-in could not be finished.")
	}
	return sessionOf(verified, b.Nonce)
}

func sessionOf(t *oidc.IDToken, nonce string) (id.Session, error) {
	var claims struct {
		Session string `json:"sid"`
	}
	if err := t.Claims(&claims); err != nil {
		return "", fmt.Errorf("read the ID token of the console: %w", err)
	}
	s := id.SessionOf(claims.Session)
	if !secret.Equal([]byte(t.Nonce), []byte(nonce)) || s == "" {
		return "", refused(errors.New("the ID token is of another sign-in"))
	}
	return s, nil
}

// enter gives the browser its cookie.
func (d *Door) enter(w http.ResponseWriter, r *http.Request, s id.Session) error {
	nonce := secret.Token(32)
	code, err := d.Entrances.Enter(r.Context(), session.Entrance{Host: guard.Host, Nonce: secret.Hash(nonce), Path: guard.Root}, s)
	if err != nil {
		return err
	}
	token, _, err := d.Entrances.Redeem(r.Context(), guard.Host, nonce, code, d.Cookies.Console(r))
	if err != nil {
		return err
	}
	return d.Cookies.SetConsole(w, r, token)
}
