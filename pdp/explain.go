package pdp

import (
	"context"
	"strings"
	"time"

	"gatehouse/access"
	"gatehouse/caller"
	"gatehouse/id"
	"gatehouse/wire"
)

// readExplanations is the permission to be told why.
const readExplanations = "gatehouse/explain:read"

// explain answers a question with what led to the answer, as `gatehouse explain --json`
// prints it. It may be about a moment that is past, by the grants of then; and about no
// resource in particular.
func (d *Door) explain(c *call) (any, error) {
	if err := c.May(readExplanations); err != nil {
		return nil, err
	}
	q, err := c.question(entitiesOf(c.body, entities{}), caller.Everywhere(), needs{subjectID: true, action: true})
	if err != nil {
		return nil, err
	}
	if err := c.optionalID(q); err != nil {
		return nil, err
	}
	at, err := c.asked()
	if err != nil {
		return nil, err
	}
	e, err := d.explained(c, q, at)
	if err != nil {
		return nil, err
	}
	w := wire.OfExplanation(q, e)
	w.Principal.Email, err = d.email(c, q.Principal)
	return w, err
}

// optionalID reads the id of the resource, if there is one.
func (c *call) optionalID(q *access.Question) error {
	r := &reading{}
	q.Resource.ID = r.text(member("resource", partOf(c.body, "resource", part{}), true), "id", maxID, false)
	return r.err
}

// asked is the moment that the request asks about, zero where it is now.
func (c *call) asked() (time.Time, error) {
	r := &reading{}
	return r.moment(member("context", partOf(c.body, "context", part{}), false), "time"), r.err
}

// explained answers by the policy at hand, and by that of another moment as the store
// has it.
func (d *Door) explained(c *call, q *access.Question, at time.Time) (e access.Explanation, err error) {
	if at.IsZero() {
		if e, err = c.Snapshot.Explain(q); err != nil {
			return e, err
		}
		return e, d.History.Reasons(c, &e)
	}
	q.Now = at
	err = d.heavily(c, func() (err error) {
		e, err = d.History.Explain(c, q)
		return err
	})
	return e, err
}

// email is the address of a person, so that those who read need not look it up.
func (d *Door) email(ctx context.Context, who access.Subject) (string, error) {
	if who.Kind != access.User {
		return "", nil
	}
	return d.People.Email(ctx, id.User(who.ID))
}

// resourceType is the type of the resource as the caller called it, when the question
// was read.
func (c *call) resourceType() string {
	resource, _ := c.body["resource"].(object)
	kind, _ := resource["type"].(string)
	return kind
}

// splitType splits "shop/orders".
func splitType(kind string) (api, resource string) {
	api, resource, _ = strings.Cut(kind, "/")
	return api, resource
}
