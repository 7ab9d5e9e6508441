package oauth

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/secret"
)

// SecretPrefix begins every client secret, so that secret scanners find it.
const SecretPrefix = "gatehouse_cs_"

// secretLabel names the key under which the MACs of client secrets are made.
const secretLabel = "client-secret"

func (c *Client) hasSecrets() bool { return c.Takes(AuthBasic) || c.Takes(AuthPost) }

// newSecret returns what to keep of a fresh secret, and the secret itself.
func (s *Service) newSecret(now time.Time) (Secret, string) {
	text := SecretPrefix + secret.Token(32)
	return s.keptOf(text, now), text
}

// keptOf is what to keep of a secret.
func (s *Service) keptOf(text string, now time.Time) Secret {
	return Secret{ID: id.NewSecret(), MAC: secret.MAC(s.Keeper.Key(secretLabel), text), Hint: text[len(text)-4:], Created: now}
}

// live reports whether the secret counts at t.
func (k *Secret) live(t time.Time) bool { return k.Expires.IsZero() || t.Before(k.Expires) }

// VerifySecret reports whether presented is one of the client's live secrets,
// in a time that does not tell which. Clients that authenticate otherwise have
// none.
func (s *Service) VerifySecret(c *Client, presented string, now time.Time) bool {
	return s.fits(c, presented, func(k *Secret) bool { return k.live(now) })
}

// WasSecret reports whether presented is a secret that is kept of the client, be its
// time over: whoever shows it has not guessed.
func (s *Service) WasSecret(c *Client, presented string) bool {
	return s.fits(c, presented, func(*Secret) bool { return true })
}

func (s *Service) fits(c *Client, presented string, counts func(*Secret) bool) bool {
	if !c.hasSecrets() || len(presented) > 256 {
		return false
	}
	mac := secret.MAC(s.Keeper.Key(secretLabel), presented)
	ok := false
	for i := range c.Secrets {
		same := secret.Equal(c.Secrets[i].MAC, mac)
		ok = ok || same && counts(&c.Secrets[i])
	}
	return ok
}

// RotateSecret gives the client a fresh secret and returns it, once. Of the old
// ones the newest keeps working, so that the application can change over
// without a gap; the next rotation ends it. Invalid fault "client.no_secret"
// for a client that authenticates otherwise; those of Grants.MayTakeOver and MayPrivilege.
func (s *Service) RotateSecret(ctx context.Context, by audit.Actor, client id.Client) (Client, string, error) {
	now := clock.Now()
	fresh, text := s.newSecret(now)
	var c Client
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		old, err := s.Store.Client(ctx, client)
		if err != nil {
			return err
		}
		if err := s.Grants.MayTakeOver(ctx, by, client); err != nil {
			return err
		}
		if s.Privileged(&old) {
			if err := s.Grants.MayPrivilege(ctx, by); err != nil {
				return err
			}
		}
		if !old.hasSecrets() {
			return fault.New(fault.Invalid, "client.no_secret", "This application does not authenticate by a secret.")
		}
		c = old
		c.Updated = now
		c.Secrets = append([]Secret{fresh}, newest(old.Secrets, now)...)
		if err := s.Store.UpdateClient(ctx, c); err != nil {
			return err
		}
		c.Rev++
		return s.recordClient(ctx, by, ActionSecretRotate, client, &old, &c)
	})
	if err != nil {
		return Client{}, "", fmt.Errorf("rotate a client's secret: %w", err)
	}
	return c, text, nil
}

// EndSecret ends one secret of a client at once; the others go on, if there are any. What
// was given out by it stays. NotFound: there is no such client, or it has no such secret
// ("secret.not_found").
func (s *Service) EndSecret(ctx context.Context, by audit.Actor, client id.Client, ended id.Secret) (c Client, err error) {
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		old, err := s.Store.Client(ctx, client)
		if err != nil {
			return err
		}
		c = old
		c.Updated = clock.Now()
		c.Secrets = slices.DeleteFunc(slices.Clone(old.Secrets), func(k Secret) bool { return k.ID == ended })
		if len(c.Secrets) == len(old.Secrets) {
			return fault.Missing("secret")
		}
		if err := s.Store.UpdateClient(ctx, c); err != nil {
			return err
		}
		c.Rev++
		return s.recordClient(ctx, by, ActionSecretEnd, client, &old, &c)
	})
	if err != nil {
		return Client{}, fmt.Errorf("end a client's secret: %w", err)
	}
	return c, nil
}

// newest returns the newest live secret, if there is one.
func newest(secrets []Secret, now time.Time) []Secret {
	var live []Secret
	for _, k := range secrets {
		if k.live(now) {
			live = append(live, k)
		}
	}
	if len(live) == 0 {
		return nil
	}
	return []Secret{slices.MaxFunc(live, func(a, b Secret) int { return a.Created.Compare(b.Created) })}
}
