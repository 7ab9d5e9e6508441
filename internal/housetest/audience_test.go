package housetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"gatehouse/config"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/internal/gatetest"
	"gatehouse/internal/testpg"
	"gatehouse/oauth"
)

// Of two clients that are made at the same moment, of which one's access tokens
// could pass for the other's ID tokens, exactly one is kept.
func TestOfTwoClientsThatWouldBeConfusedOneIsKept(t *testing.T) {
	t.Parallel()
	for name, on := range map[string]func(t *testing.T) func(*config.Config){
		"SQLite":   func(*testing.T) func(*config.Config) { return func(*config.Config) {} },
		"Postgres": func(t *testing.T) func(*config.Config) { return gatetest.OnPostgres(testpg.URL(t)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gatetest.New(t, on(t))
			replica := g.Replica()
			for i := range 20 {
				shop, web := id.Client(fmt.Sprint("shop", i)), id.Client(fmt.Sprint("web", i))
				create := func(g *gatetest.Gate, name id.Client, audiences ...string) error {
					_, _, err := g.House.OAuth.CreateClient(t.Context(), gatetest.Console, oauth.Client{
						ID: name, Name: "App", AuthMethod: oauth.AuthSecret, GrantTypes: []string{oauth.GrantClient},
						AccessTokenType: oauth.TypeJWT, Audiences: audiences,
					})
					return err
				}
				var errs [2]error
				var wait sync.WaitGroup
				wait.Go(func() { errs[0] = create(g, web, string(shop)) })
				wait.Go(func() { errs[1] = create(replica, shop) })
				wait.Wait()
				if (errs[0] == nil) == (errs[1] == nil) {
					t.Fatalf("%v, and %v", errs[0], errs[1])
				}
				if err := errors.Join(errs[:]...); fault.CodeOf(err) != "client.invalid" {
					t.Fatal(err)
				}
			}
		})
	}
}
