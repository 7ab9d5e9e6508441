package oauth_test

import (
	"fmt"

	"gatehouse/oauth"
)

// A redirect URI is compared byte for byte; only the port of a loopback literal
// is free, for native applications.
func ExampleMatchRedirect() {
	registered := []string{"https://app.example/cb", "http://127.0.0.1/cb"}
	for _, presented := range []string{
		"https://app.example/cb",
		"https://app.example/cb/",
		"http://127.0.0.1:52100/cb",
		"http://localhost:52100/cb",
	} {
		fmt.Println(presented, oauth.MatchRedirect(registered, presented))
	}
	// Output:
	// https://app.example/cb true
	// https://app.example/cb/ false
	// http://127.0.0.1:52100/cb true
	// http://localhost:52100/cb false
}
