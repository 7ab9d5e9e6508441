package identity

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"time"

	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/secret"
)

// LongestBlock is the longest that anything is blocked.
const LongestBlock = 24 * time.Hour

// lastWord is how long what follows a counted attempt may take, whether or not
// the caller still waits.
const lastWord = 10 * time.Second

// outlast returns a context that the caller cannot end: who hangs up is counted
// and recorded like everybody.
func outlast(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), lastWord)
}

// How much guessing is free, and what it costs then.
const (
	freePerAccount = 5
	freePerAddress = 30 // failures within an hour
	freeFactor     = 5
	factorPause    = 5 * time.Minute
	factorMost     = 20 // in a row
	factorBlock    = LongestBlock
	longestDelay   = 15 * time.Minute
)

// growing doubles from one second, once the free attempts are used up.
func growing(free int) func(int) time.Duration {
	return func(failures int) time.Duration {
		if failures < free {
			return 0
		}
		return min(time.Second<<min(failures-free, 20), longestDelay)
	}
}

var accountDelay, addressDelay = growing(freePerAccount), growing(freePerAddress)

// factorDelay allows five codes in five minutes, and twenty in a row.
func factorDelay(failures int) time.Duration {
	switch {
	case failures >= factorMost:
		return factorBlock
	case failures%freeFactor == 0:
		return factorPause
	}
	return 0
}

// key names a counter without naming the person: who reads the table learns no
// email from it.
func (s *Service) key(kind, name string) string {
	mac := secret.MAC(s.Keeper.Key("attempts"), kind+"\x00"+name)
	return kind + ":" + base64.RawURLEncoding.EncodeToString(mac)
}

func (s *Service) accountKey(login string) string { return s.key("account", Canonical(login)) }

// addressKey is the counter of an address (of the /64 network in IPv6) within
// one hour, "" when the address is not known, as on the console. Hours let the
// failures of many people behind one address be forgotten.
func (s *Service) addressKey(ip string, at time.Time) string {
	network := id.Network(ip)
	if network == "" {
		return ""
	}
	return s.key("address", network+" "+strconv.FormatInt(at.Unix()/3600, 10))
}

// mayTry refuses before anything costs much: the account or the address is
// blocked now.
func (s *Service) mayTry(ctx context.Context, account, ip string) error {
	now := clock.Now()
	until, err := s.Store.Blocked(ctx, [3]string{account, s.addressKey(ip, now), s.addressKey(ip, now.Add(-time.Hour))}, now)
	if err != nil {
		return fmt.Errorf("read attempts: %w", err)
	}
	if now.Before(until) {
		return throttled("signin.throttled", until.Sub(now))
	}
	return nil
}

// reserve counts one attempt before it is made.
func (s *Service) reserve(ctx context.Context, key string, delay func(int) time.Duration, code string) error {
	now := clock.Now()
	a, allowed, err := s.Store.TakeAttempt(ctx, key, now, delay)
	if err != nil {
		return fmt.Errorf("count attempt: %w", err)
	}
	if !allowed {
		return throttled(code, a.BlockedUntil.Sub(now))
	}
	return nil
}

// reservation is an attempt that was counted for the account and for the address
// it came from, before it is known to be wrong.
type reservation struct {
	account, address string
	atAddress        Attempts
}

// reserveBoth counts an attempt for both in one step, or for neither.
func (s *Service) reserveBoth(ctx context.Context, account, ip string) (r reservation, err error) {
	now := clock.Now()
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		r = reservation{account: account, address: s.addressKey(ip, now)}
		if err := s.reserve(ctx, account, accountDelay, "signin.throttled"); err != nil || r.address == "" {
			return err
		}
		var allowed bool
		r.atAddress, allowed, err = s.Store.TakeAttempt(ctx, r.address, now, addressDelay)
		if err == nil && !allowed {
			err = throttled("signin.throttled", r.atAddress.BlockedUntil.Sub(now))
		}
		return err
	})
	return r, err
}

// proved forgets a reservation that was no failure. Successes do not count
// against the address, so that an office behind one address can sign in, and they
// clear nothing of it, so that a guesser with an account of his own gains nothing.
func (s *Service) proved(ctx context.Context, r reservation) error {
	if err := s.untried(ctx, r); err != nil {
		return fmt.Errorf("return attempt: %w", err)
	}
	if err := s.Store.ClearAttempts(ctx, r.account); err != nil {
		return fmt.Errorf("clear attempts: %w", err)
	}
	return nil
}

// untried takes back what was counted for the address where nothing was said
// about the password.
func (s *Service) untried(ctx context.Context, r reservation) error {
	if r.address == "" {
		return nil
	}
	return s.Store.ReturnAttempt(ctx, r.address, r.atAddress)
}

func throttled(code string, wait time.Duration) error {
	wait = max(wait.Truncate(time.Second)+time.Second, time.Second)
	return &fault.Error{Kind: fault.TooMany, Code: code, Detail: "Too many attempts. Please wait and try again.", RetryAfter: wait}
}
