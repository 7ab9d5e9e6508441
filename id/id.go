// Package id names things: one type and one prefix per kind of thing
// (usr_…, ses_…), so that a log line says what it talks about and the compiler
// keeps a session from being passed where a person is meant.
//
// Identifiers are 160 random bits; they are not secrets, and nothing is allowed
// because somebody knows one.
package id

import (
	"crypto/rand"
	"encoding/base32"
	"errors"
	"strings"
)

// One type per kind of thing.
type (
	User          string // usr_
	Session       string // ses_; the `sid` of tokens, never the cookie's value
	Client        string // chosen by an administrator, or cli_
	Authorization string // aut_; one authorization: a code and all that came of it
	Family        string // fam_; the refresh tokens that follow one another
	Interaction   string // int_; one sign-in or consent under way
	Secret        string // sec_; one client secret
	Factor        string // fac_; one second factor
	Event         string // evt_; one audit event
	Request       string // req_; one HTTP request
	Grant         string // gra_; one access grant
	ServiceKey    string // key_; one key of a service account
	Filter        string // fil_; one filter that somebody keeps
	Import        string // imp_; people who are taken in by a file
	Verification  string // ver_; a look at all of the audit log
)

var alphabet = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Bytes is how many random bytes name a thing.
const Bytes = 20

// UserAt returns the id that b spells, which is nobody's but by chance.
func UserAt(b [Bytes]byte) User { return User("usr_" + alphabet.EncodeToString(b[:])) }

// GrantAt returns the grant that b spells.
func GrantAt(b [Bytes]byte) Grant { return Grant("gra_" + alphabet.EncodeToString(b[:])) }

func random(prefix string) string {
	var b [Bytes]byte
	rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	return prefix + alphabet.EncodeToString(b[:])
}

// The constructors return a fresh name; two calls never return the same.
func NewUser() User                   { return User(random("usr_")) }
func NewSession() Session             { return Session(random("ses_")) }
func NewClient() Client               { return Client(random("cli_")) }
func NewAuthorization() Authorization { return Authorization(random("aut_")) }
func NewInteraction() Interaction     { return Interaction(random("int_")) }
func NewSecret() Secret               { return Secret(random("sec_")) }
func NewFactor() Factor               { return Factor(random("fac_")) }
func NewEvent() Event                 { return Event(random("evt_")) }
func NewRequest() Request             { return Request(random("req_")) }
func NewGrant() Grant                 { return Grant(random("gra_")) }
func NewServiceKey() ServiceKey       { return ServiceKey(random("key_")) }
func NewFilter() Filter               { return Filter(random("fil_")) }
func NewImport() Import               { return Import(random("imp_")) }
func NewVerification() Verification   { return Verification(random("ver_")) }

// Text is the name without its prefix, as it stands within the key itself.
func (k ServiceKey) Text() string { return strings.TrimPrefix(string(k), "key_") }

// FamilyBytes is how many bytes name a refresh family inside a token.
const FamilyBytes = 16

// NewFamily returns a fresh family name and the bytes that stand for it in a token.
func NewFamily() (Family, [FamilyBytes]byte) {
	var b [FamilyBytes]byte
	rand.Read(b[:])
	return FamilyOf(b), b
}

// FamilyOf returns the family that b names.
func FamilyOf(b [FamilyBytes]byte) Family { return Family("fam_" + alphabet.EncodeToString(b[:])) }

// Bytes returns the bytes that stand for the family in a token: the inverse of
// FamilyOf. An error says that f is not the name of a family.
func (f Family) Bytes() (b [FamilyBytes]byte, err error) {
	raw, err := alphabet.DecodeString(strings.TrimPrefix(string(f), "fam_"))
	if err != nil || len(raw) != FamilyBytes || FamilyOf([FamilyBytes]byte(raw)) != f {
		return b, errors.New("not a family name")
	}
	return [FamilyBytes]byte(raw), nil
}

// IsReserved reports whether name looks like one of ours, so that an
// administrator cannot name a client like a person (RFC 9700 section 4.15).
func IsReserved(name string) bool {
	for _, p := range []string{"usr_", "ses_", "aut_", "fam_", "int_", "sec_", "fac_", "evt_", "req_", "gra_", "key_", "fil_", "imp_", "ver_"} {
		if strings.HasPrefix(strings.ToLower(name), p) {
			return true
		}
	}
	return false
}
