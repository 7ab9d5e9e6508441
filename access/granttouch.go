package access

import (
	"context"
	"time"

	"gatehouse/audit"
)

// touchGrant says whom a grant is for, and whether they have less by what was done
// to it.
func (s *Service) touchGrant(ctx context.Context, t *touched, r *GrantRecord, loses bool, now time.Time) error {
	if r.Subject.Kind.acts() {
		t.principal(r.Subject, loses)
		return nil
	}
	if t.rules(); !loses {
		return nil
	}
	l, err := s.under(ctx, now, r.Subject)
	if err != nil {
		return err
	}
	if l.at, err = s.apisOfGrant(ctx, r); err == nil {
		t.lose(l)
	}
	return err
}

// apisOfGrant names the APIs of what a grant gives or takes.
func (s *Service) apisOfGrant(ctx context.Context, r *GrantRecord) ([]string, error) {
	if r.Role == "" {
		return []string{r.Permission.API}, nil
	}
	k, err := s.known(ctx)
	if err != nil {
		return nil, err
	}
	return k.apisOf(k.means(&grant{Grant: &r.Grant})), nil
}

func (s *Service) recordGrant(ctx context.Context, by audit.Actor, action audit.Action, r *GrantRecord, before, after map[string]any) error {
	e := audit.Event{Actor: by, Action: action, Target: audit.Target{Kind: KindGrant, ID: string(r.ID)}}
	concern(&e, r.Subject)
	if before != nil {
		e.Before = audit.Doc(before)
	}
	if after != nil {
		e.After = audit.Doc(after)
	}
	return s.Audit.Record(ctx, e)
}
