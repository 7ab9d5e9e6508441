package housetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"gatehouse/access"
	"gatehouse/config"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/internal/gatetest"
	"gatehouse/internal/testpg"
	"gatehouse/oauth"
)

// Of a client and a service account of the same id that are made at the same moment
// exactly one is kept: what is written of one would be read of the other.
func TestOfAClientAndAServiceAccountOfOneNameOneIsKept(t *testing.T) {
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
				name := fmt.Sprint("ops", i)
				var errs [2]error
				var wait sync.WaitGroup
				wait.Go(func() {
					_, _, errs[0] = g.House.OAuth.CreateClient(context.Background(), gatetest.Console, oauth.Client{
						ID: id.Client(name), Name: "Ops", AuthMethod: oauth.AuthSecret, GrantTypes: []string{oauth.GrantClient},
					})
				})
				wait.Go(func() {
					_, errs[1] = replica.House.Access.CreateServiceAccount(context.Background(), gatetest.Console, access.NewServiceAccount{
						ServiceAccountRecord: access.ServiceAccountRecord{ID: name},
					})
				})
				wait.Wait()
				if (errs[0] == nil) == (errs[1] == nil) {
					t.Fatalf("%v, and %v", errs[0], errs[1])
				}
				if err := errors.Join(errs[:]...); fault.CodeOf(err) != "service.exists" {
					t.Fatal(err)
				}
			}
		})
	}
}
