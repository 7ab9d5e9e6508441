package identity

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/proof"
	"gatehouse/secret"
)

const (
	recoveryCodes = 10
	recoveryBytes = 15 // 120 bits, 24 characters
	recoveryGroup = 6
)

// crockford is base32 without letters that look like digits.
var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// newRecoveryCodes returns ten codes as people see them, and their MACs.
func (s *Service) newRecoveryCodes(user id.User) (codes []string, macs [][]byte) {
	for range recoveryCodes {
		b := make([]byte, recoveryBytes)
		rand.Read(b) // never fails: crypto/rand ends the program instead
		code := crockford.EncodeToString(b)
		macs = append(macs, s.recoveryMAC(user, code))
		codes = append(codes, grouped(code))
	}
	return codes, macs
}

// recoveryMAC binds a code to its person.
func (s *Service) recoveryMAC(user id.User, code string) []byte {
	return secret.MAC(s.Keeper.Key("recovery-code"), string(user)+"\x00"+code)
}

func grouped(code string) string {
	var groups []string
	for i := 0; i < len(code); i += recoveryGroup {
		groups = append(groups, code[i:i+recoveryGroup])
	}
	return strings.Join(groups, "-")
}

var recoveryFold = strings.NewReplacer("-", "", " ", "", "\t", "", "O", "0", "I", "1", "L", "1")

// cleanRecovery reads what a person typed: small letters, dashes or none, and
// letters for the digits they look like. What cannot be a code becomes "".
func cleanRecovery(typed string) string {
	if len(typed) > 128 {
		return ""
	}
	code := recoveryFold.Replace(strings.ToUpper(strings.TrimSpace(norm.NFKC.String(typed))))
	if b, err := crockford.DecodeString(code); err != nil || len(b) != recoveryBytes {
		return ""
	}
	return code
}

// errNoRecovery is about what cannot be a code: a slip and no guess.
var errNoRecovery = fault.New(fault.Unauthenticated, "recovery.wrong", "A recovery code has 24 letters and digits.")

var errRecovery = fault.New(fault.Unauthenticated, "recovery.wrong", "That recovery code is wrong or was used.")

// CheckRecovery uses one recovery code up and returns what it proved, in the
// place of the person's oldest authenticator, and how many are left. Of several
// calls with one code exactly one succeeds. Faults: "recovery.wrong"
// (Unauthenticated), "factor.throttled" (TooMany).
func (s *Service) CheckRecovery(ctx context.Context, from audit.Actor, user id.User, code string) (proof.Proof, int, error) {
	code = cleanRecovery(code)
	if code == "" {
		return proof.Proof{}, 0, errNoRecovery
	}
	ctx, cancel := outlast(ctx)
	defer cancel()
	if err := s.reserve(ctx, s.key("recovery", string(user)), factorDelay, "factor.throttled"); err != nil {
		return proof.Proof{}, 0, err
	}
	mac := s.recoveryMAC(user, code)
	p, left := proof.Proof{Method: proof.OTP, Source: proof.ByRecoveryCode}, 0
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		all, err := s.Store.FactorsOf(ctx, user)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return errRecovery
		}
		p.Factor, p.At = all[0].ID, clock.Now()
		left, err = s.spendRecovery(ctx, from, user, mac)
		return err
	})
	if errors.Is(err, errRecovery) {
		return proof.Proof{}, 0, s.refuseFactor(ctx, from, user, ReasonWrongRecovery, errRecovery)
	}
	if err != nil {
		return proof.Proof{}, 0, fmt.Errorf("check recovery code: %w", err)
	}
	return p, left, nil
}

func (s *Service) spendRecovery(ctx context.Context, from audit.Actor, user id.User, mac []byte) (int, error) {
	ok, err := s.Store.SpendRecoveryCode(ctx, user, mac)
	if err != nil {
		return 0, err
	}
	if !ok {
		return 0, errRecovery
	}
	if err := s.clearFactorAttempts(ctx, user); err != nil {
		return 0, err
	}
	left, err := s.Store.CountRecoveryCodes(ctx, user)
	if err != nil {
		return 0, err
	}
	return left, s.record(ctx, from, ActionRecoveryUse, user, nil, map[string]any{"recovery_codes_left": left})
}

// RecoverySet names the recovery codes that the person has, all of which were made
// at once; "" when there are none. Using one up does not change it.
func (s *Service) RecoverySet(ctx context.Context, user id.User) (string, error) {
	made, err := s.Store.RecoveryCodesMade(ctx, user)
	if err != nil {
		return "", fmt.Errorf("find recovery codes: %w", err)
	}
	if made.IsZero() {
		return "", nil
	}
	return strconv.FormatInt(made.UnixMicro(), 36), nil
}

// NewRecoveryCodes replaces the set of recovery codes called instead by ten new
// ones, returned in clear this once. Of several calls at once, or one that comes
// again, one succeeds: the others would end what somebody has just stored.
// NotFound: the person has no second factor; "recovery.renewed" (Conflict): the
// person has another set by now.
func (s *Service) NewRecoveryCodes(ctx context.Context, from audit.Actor, user id.User, instead string) ([]string, error) {
	codes, macs := s.newRecoveryCodes(user)
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.Store.HoldUser(ctx, user); err != nil {
			return err
		}
		present, err := s.RecoverySet(ctx, user)
		if err != nil {
			return err
		}
		if present != instead {
			return fault.New(fault.Conflict, "recovery.renewed", "New recovery codes were made already, and shown once.")
		}
		has, err := s.HasFactor(ctx, user)
		if err != nil {
			return err
		}
		if !has {
			return fault.Missing("factor")
		}
		if err := s.Store.PutRecoveryCodes(ctx, user, macs, clock.Now()); err != nil {
			return err
		}
		return s.record(ctx, from, ActionRecoveryRenew, user, nil, nil)
	})
	if err != nil {
		return nil, fmt.Errorf("make recovery codes: %w", err)
	}
	return codes, nil
}

// RecoveryLeft returns how many recovery codes the person has.
func (s *Service) RecoveryLeft(ctx context.Context, user id.User) (int, error) {
	n, err := s.Store.CountRecoveryCodes(ctx, user)
	if err != nil {
		return 0, fmt.Errorf("count recovery codes: %w", err)
	}
	return n, nil
}
