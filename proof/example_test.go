package proof_test

import (
	"fmt"
	"time"

	"gatehouse/proof"
)

// A level is compared by its order and written as tokens say it.
func ExampleLevel() {
	reached, err := proof.ParseLevel("aal2")
	fmt.Println(reached, err, reached >= proof.AAL1)

	_, err = proof.ParseLevel("gold")
	fmt.Println(err)
	// Output:
	// aal2 <nil> true
	// "gold" is no level of ours
}

// What a session is worth is asked of the factors that the person has now: when
// an authenticator is removed, what it proved is gone with it.
func ExampleList() {
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	session := proof.List{
		{Method: proof.Password, At: noon, Factor: "fac_password", Source: proof.ByPassword},
		{Method: proof.OTP, At: noon.Add(time.Minute), Factor: "fac_phone", Source: proof.ByAuthenticator},
	}

	counts := session.Of("fac_password", "fac_phone")
	fmt.Println(counts.Level(), counts.AMR(), counts.AuthTime().Format(time.TimeOnly))

	counts = session.Of("fac_password", "fac_tablet")
	fmt.Println(counts.Level(), counts.AMR())
	// Output:
	// aal2 [pwd otp mfa] 12:00:00
	// aal1 [pwd]
}
