package access

import (
	"context"

	"gatehouse/audit"
)

// container is a new group or organisation: what there is to say of either is a name.
type container struct {
	code, noun, plural string // "org.invalid", "an organisation", "organisations"
	refusal            string
	kind               audit.Kind
	action             audit.Action
	id, description    string
	most               int
	number             func(ctx context.Context) (int, error) // of those that there are
	insert             func(ctx context.Context) error
}

func (s *Service) createContainer(ctx context.Context, by audit.Actor, c container) error {
	var p problems
	p.id("id", c.id)
	p.text("description", c.description, maxDescription)
	if err := p.err(c.code, c.refusal); err != nil {
		return err
	}
	return s.alter(ctx, by, "create "+c.noun, func(ctx context.Context, t *touched, _ *giver) error {
		t.rules()
		number, err := c.number(ctx)
		if err != nil {
			return err
		}
		if number >= c.most {
			return full(c.plural, c.most)
		}
		if err := c.insert(ctx); err != nil {
			return err
		}
		return s.record(ctx, by, c.action, c.kind, c.id, nil, map[string]any{"description": c.description})
	})
}

func described(code, detail, description string) error {
	var p problems
	p.text("description", description, maxDescription)
	return p.err(code, detail)
}
