package proof_test

import (
	"fmt"

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
