// Package client is the Go client of Gatehouse's admin API. Its types and methods are
// generated from the OpenAPI document of the API, one method for each operation, and
// are up to date with the server that they come with.
//
//	g, err := client.New("https://id.example.test", client.WithKey(os.Getenv("GATEHOUSE_KEY")))
//	person, err := g.CreateUser(ctx, client.UserCreate{Email: "ada@example.test", Name: new("Ada")}, nil)
//	person, err = g.UpdateUser(ctx, person.Body.ID, client.UserChange{Name: new("Ada of Example")},
//		&client.UpdateUserParams{IfMatch: person.ETag})
//
// A member that may be absent is a pointer; nil is absent. What a method takes besides
// the body is in its Params, of which nil is none.
//
// # Refusals
//
// An answer that is no success is a *Problem (RFC 9457), for which errors.As looks.
// Its Code is stable, and docs/problems.md of the server explains it.
//
// # Lists
//
// A method that begins with List answers with one page, and the one that begins with All
// goes through the pages:
//
//	for user, err := range g.AllUsers(ctx, nil) {
//
// # Revisions
//
// An Answer has the ETag of what it shows. A change that names it in IfMatch is made only
// if nobody was faster; otherwise the Problem has the Status 412.
//
// # Attempts
//
// A request that the server could not take now (429, 503) is sent again after the time
// that the answer names, and so is one whose answer was lost, if it reads or has an
// Idempotency-Key. A method that sends a POST which takes one makes one up for each call where
// the caller gives none. Where the answer had a secret, a repeat is the Problem idempotency.secret: it
// was done, and nobody sees the secret again. When the server says that the caller has no
// requests left (RateLimit), the next ones wait their turn. WithAttempts and WithPatience
// bound all of it, and so does the context.
//
// A Gatehouse is safe for use by several goroutines.
package client
