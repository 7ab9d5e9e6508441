// Command onboard puts people into a group of a Gatehouse, and makes whoever of them is
// not there yet:
//
//	GATEHOUSE_URL=https://id.example.test GATEHOUSE_KEY=gatehouse_pat_… onboard desk ada@example.test …
//
// It may be run again: what is there stays as it is.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/signal"

	"gatehouse.example/client"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := onboard(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func onboard(ctx context.Context, args []string) error {
	if len(args) < 2 {
		return errors.New("usage: onboard GROUP EMAIL [EMAIL …]")
	}
	g, err := client.New(os.Getenv("GATEHOUSE_URL"), client.WithKey(os.Getenv("GATEHOUSE_KEY")), client.WithUserAgent("onboard/1"))
	if err != nil {
		return err
	}
	group, people := args[0], args[1:]
	_, err = g.CreateGroup(ctx, client.GroupCreate{ID: group}, nil)
	if err != nil && client.StatusOf(err) != http.StatusConflict {
		return err
	}
	for _, email := range people {
		user, err := person(ctx, g, email)
		if err != nil {
			return err
		}
		if _, err := g.PutGroupMember(ctx, group, client.PutGroupMemberParamsKindUser, user, nil, nil); err != nil {
			return err
		}
	}
	n := 0
	for _, err := range g.AllGroupMembers(ctx, group, nil) {
		if err != nil {
			return err
		}
		n++
	}
	fmt.Printf("%s has %d members\n", group, n)
	return nil
}

// person is the id of the one with an address, who is made where there is none.
func person(ctx context.Context, g *client.Gatehouse, email string) (string, error) {
	found, err := g.ListUsers(ctx, &client.ListUsersParams{Email: &email})
	if err != nil {
		return "", err
	}
	if len(found.Body.Items) > 0 {
		return found.Body.Items[0].ID, nil
	}
	made, err := g.CreateUser(ctx, client.UserCreate{Email: email}, nil)
	if err != nil {
		return "", err
	}
	return made.Body.ID, nil
}
