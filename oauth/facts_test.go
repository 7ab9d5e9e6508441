package oauth

import (
	"testing"
	"time"
)

// What ended is compared with all that a token says, to the second: by a claim that is not
// looked at, a token would outlive what it stands on.
func TestATokenIsComparedByAllThatItSays(t *testing.T) {
	t.Parallel()
	person := AccessClaims{Subject: "usr_ada", ClientID: "web", ID: "jti", Session: "ses_a", Authorization: "azn_a", Issued: 1_700_000_000, AuthTime: 1_600_000_000}
	client := AccessClaims{Subject: "web", ClientID: "web", ID: "jti", Issued: 1_700_000_000}
	issued, proved := time.Unix(1_700_000_000, 0).UTC(), time.Unix(1_600_000_000, 0)
	for what, c := range map[string]struct{ got, want TokenFacts }{
		"of a person": {person.facts("key"), TokenFacts{
			JTI: "jti", Authorization: "azn_a", Session: "ses_a", User: "usr_ada", Client: "web", KeyID: "key", Issued: issued, AuthTime: proved,
			consent: "usr_ada|web",
		}},
		"of a client itself": {client.facts("key"), TokenFacts{JTI: "jti", Client: "web", KeyID: "key", Issued: issued}},
	} {
		if c.got != c.want {
			t.Errorf("a token %s is compared by %+v, want %+v", what, c.got, c.want)
		}
	}
}
