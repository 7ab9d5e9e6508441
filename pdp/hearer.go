package pdp

import (
	"context"
	"net/http"

	"gatehouse/caller"
)

// Desk knows the callers of the feed; *caller.Desk does.
type Desk interface {
	Authenticate(r *http.Request) (*caller.Caller, error)
	Again(ctx context.Context, c *caller.Caller) (*caller.Caller, error)
	// Refused records an answer that says what right a caller lacks.
	Refused(r *http.Request, c *caller.Caller, err error)
}

// HearBy is a Feed's Caller by the credentials and rights of those who ask for
// decisions. What they may hear is looked up anew with each batch.
func HearBy(desk Desk) func(r *http.Request) (FeedCaller, error) {
	return func(r *http.Request) (FeedCaller, error) {
		who, err := desk.Authenticate(r)
		if err != nil {
			return FeedCaller{}, err
		}
		return FeedCaller{ID: string(who.Subject.Kind) + " " + who.Subject.ID, APIs: func(ctx context.Context) ([]string, bool, error) {
			now, err := desk.Again(ctx, who)
			if err != nil {
				return nil, false, err
			}
			reach, err := now.Reach()
			if err != nil {
				desk.Refused(r, now, err)
				return nil, false, err
			}
			apis, all := reach.APIs()
			return apis, all, nil
		}}, nil
	}
}
