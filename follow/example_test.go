package follow_test

import (
	"context"
	"fmt"

	"gatehouse/follow"
)

// table stands for a store: its counter rises with every change.
type table struct {
	version int64
	grants  []string
}

func (t *table) Versions(context.Context) (map[string]int64, error) {
	return map[string]int64{"policy": t.version}, nil
}

// A part of the house keeps what it decides by in memory, and reads it again
// when the store's counter says so.
func Example() {
	store := &table{version: 1, grants: []string{"ada"}}
	var known []string

	feed := follow.NewFeed(store)
	policy := feed.Follow(func(context.Context, map[string]int64) error {
		known = store.grants
		return nil
	}, "policy")

	ctx := context.Background()
	if err := policy.Current(ctx); err != nil { // nothing was read yet, so it asks
		fmt.Println("nobody can know:", err)
	}
	fmt.Println(known)

	store.version, store.grants = 2, nil // another process ends the grant
	feed.Wake()                          // and its word arrives
	<-feed.News()
	if err := feed.Step(ctx); err != nil {
		fmt.Println(err)
	}
	fmt.Println(known)
	// Output:
	// [ada]
	// []
}
