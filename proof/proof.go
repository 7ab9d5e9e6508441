// Package proof says how a person was proved: by what, when, and how strong that
// makes it.
//
// A session and a sign-in under way each hold a List. What a list is worth (its
// Level, its age, the methods that tokens name) is computed from it and kept
// nowhere. Each proof names the factor that gave it, so that it dies with that
// factor: whoever decides asks the list for what is Of the factors that a person
// has now. Ids of factors never come back.
package proof

import (
	"time"

	"gatehouse/id"
)

// Proof is one thing that was proved.
type Proof struct {
	Method Method
	At     time.Time // UTC, to the microsecond
	Factor id.Factor // what gave it; a proof by a factor that is gone counts nothing
	Source Source
}

// Method is how something was proved, in the words of the amr claim (RFC 8176).
type Method string

// The methods there are.
const (
	Password Method = "pwd"
	OTP      Method = "otp"
)

// multiple is what amr says besides when factors of two kinds were proved.
const multiple = "mfa"

// Source is where the proof came from, more exactly than amr can say it.
type Source string

// The sources there are. Each is a factor of the person's own.
const (
	ByPassword      Source = "password"
	ByAuthenticator Source = "authenticator"
	ByRecoveryCode  Source = "recovery_code" // in the place of an authenticator
)

// Kind is what sort of factor a method shows. Two factors of one kind are no
// more than one.
type Kind int

// The kinds. What nobody knows shows nothing.
const (
	Unknown    Kind = iota
	Knowledge       // something that the person knows
	Possession      // something that the person has
)

// Kind returns the kind of factor that m shows.
func (m Method) Kind() Kind {
	switch m {
	case Password:
		return Knowledge
	case OTP:
		return Possession
	}
	return Unknown
}
