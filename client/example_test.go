package client_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"gatehouse.example/client"
)

// A program makes a person, changes them in the revision that it saw, and goes through
// all there are.
func Example() {
	ctx := context.Background()
	g, err := client.New("https://id.example.test", client.WithKey(os.Getenv("GATEHOUSE_KEY")))
	if err != nil {
		log.Fatal(err)
	}
	person, err := g.CreateUser(ctx, client.UserCreate{Email: "ada@example.test", Name: new("Ada")}, nil)
	if err != nil {
		log.Fatal(err)
	}
	_, err = g.UpdateUser(ctx, person.Body.ID, client.UserChange{Name: new("Ada of Example")}, &client.UpdateUserParams{IfMatch: person.ETag})
	if client.StatusOf(err) == 412 {
		log.Print("somebody was faster: look again")
	}
	for user, err := range g.AllUsers(ctx, &client.ListUsersParams{Search: new("ada")}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(user.Email)
	}
}
