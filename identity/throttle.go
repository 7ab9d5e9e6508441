package identity

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/secret"
)

// How much guessing is free, and what it costs then.
const (
	freePerAccount = 5
	freePerAddress = 30 // failures within an hour
	freeFactor     = 5
	factorPause    = 5 * time.Minute
	factorMost     = 20 // in a row
	factorBlock    = 24 * time.Hour
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
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return ""
	}
	addr = addr.Unmap().WithZone("")
	bits := addr.BitLen()
	if addr.Is6() {
		bits = 64
	}
	network, err := addr.Prefix(bits)
	if err != nil {
		return ""
	}
	return s.key("address", network.String()+" "+strconv.FormatInt(at.Unix()/3600, 10))
}

// mayTry refuses before anything costs much: the account or the address is
// blocked now.
func (s *Service) mayTry(ctx context.Context, account, ip string) error {
	now := clock.Now()
	for _, key := range []string{account, s.addressKey(ip, now), s.addressKey(ip, now.Add(-time.Hour))} {
		if key == "" {
			continue
		}
		a, err := s.Store.Attempts(ctx, key)
		if err != nil {
			return fmt.Errorf("read attempts: %w", err)
		}
		if now.Before(a.BlockedUntil) {
			return throttled("signin.throttled", a.BlockedUntil.Sub(now))
		}
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

// countAddress counts a failure. Successes do not count, so that an office
// behind one address can sign in, and they clear nothing, so that a guesser
// with an account of his own gains nothing.
func (s *Service) countAddress(ctx context.Context, ip string) error {
	now := clock.Now()
	key := s.addressKey(ip, now)
	if key == "" {
		return nil
	}
	if _, _, err := s.Store.TakeAttempt(ctx, key, now, addressDelay); err != nil {
		return fmt.Errorf("count address: %w", err)
	}
	return nil
}

func throttled(code string, wait time.Duration) error {
	wait = max(wait.Truncate(time.Second)+time.Second, time.Second)
	return &fault.Error{Kind: fault.TooMany, Code: code, Detail: "Too many attempts. Please wait and try again.", RetryAfter: wait}
}
