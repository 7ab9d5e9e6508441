package pdp

import (
	"gatehouse/access"
)

// named is a subject or a resource in the results of a search.
type named struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

// action is an action in the results of a search.
type action struct {
	Name string `json:"name"`
}

// search reads what all searches share: who may ask, what, and which page.
func (d *Door) search(c *call, n needs) (*access.Question, page, error) {
	reach, err := c.Reach()
	if err != nil {
		return nil, page{}, err
	}
	p, err := c.page()
	if err != nil {
		return nil, page{}, err
	}
	q, err := c.question(entitiesOf(c.body, entities{}), reach, n)
	return q, p, err
}

// searchSubject lists who may do something with a resource (Authorization API 1.0
// section 8.4), each as an evaluation of the same request would say.
func (d *Door) searchSubject(c *call) (any, error) {
	q, p, err := d.search(c, needs{action: true, resourceID: true})
	if err != nil {
		return nil, err
	}
	if _, err := c.Snapshot.Decide(&access.Question{Principal: access.Subject{Kind: q.Principal.Kind}, Permission: q.Permission, Now: q.Now}); err != nil {
		return nil, err // also where nobody is there to be asked about
	}
	kind := string(q.Principal.Kind)
	var answer searched
	everybody := c.Snapshot.Apart() // those stay hot of whom decisions are asked
	err = d.heavily(c, func() (err error) {
		answer, err = c.gather(p, c.Snapshot.Subjects(q.Principal.Kind, p.after), func(name string) (bool, error) {
			q.Principal.ID = name
			return allowed(everybody, q)
		}, func(name string) any { return named{kind, name} })
		return err
	})
	return answer, err
}

// searchResource lists the resources on which somebody may do something, as far as
// grants name them (section 8.5). Which there are besides, their application knows and
// we do not: the context says that there may be some.
func (d *Door) searchResource(c *call) (any, error) {
	q, p, err := d.search(c, needs{subjectID: true, action: true})
	if err != nil {
		return nil, err
	}
	list, err := c.Snapshot.Listing(q)
	if err != nil {
		return nil, err
	}
	kind := c.resourceType()
	answer, err := c.gather(p, list.IDs, func(name string) (bool, error) {
		q.Resource.ID = name
		return allowed(c.Snapshot, q)
	}, func(name string) any { return named{kind, name} })
	if len(list.More) > 0 {
		answer.Context = &searchContext{Unlisted: list.More}
	}
	return answer, err
}

// searchAction lists what somebody may do with a resource (section 8.6).
func (d *Door) searchAction(c *call) (any, error) {
	q, p, err := d.search(c, needs{subjectID: true, resourceID: true})
	if err != nil {
		return nil, err
	}
	kind := q.Permission
	actions := c.Snapshot.Actions(splitType(kind))
	if len(actions) == 0 {
		return nil, unknown("resource.type", "is no resource of an API that is known here")
	}
	return c.gather(p, actions, func(name string) (bool, error) {
		q.Permission = kind + ":" + name
		return allowed(c.Snapshot, q)
	}, func(name string) any { return action{name} })
}
