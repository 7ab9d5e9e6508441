package access

import (
	"context"

	"gatehouse/fault"
	"gatehouse/id"
)

// Misspelt names what of the filter nothing can be called so: "subject", "role",
// "permission" or "org"; "" where all of it can be the name of something.
func (f *GrantFilter) Misspelt() string {
	_, err := ParsePattern(f.Permission)
	switch {
	case f.Subject != (Subject{}) && !f.Subject.spelt():
		return "subject"
	case f.Role != "" && !isID(f.Role) && !isBuiltIn(f.Role):
		return "role"
	case f.Permission != "" && err != nil:
		return "permission"
	case f.Org != "" && !isID(f.Org):
		return "org"
	}
	return ""
}

// spelt reports whether somebody can be called so. Of applications oauth alone says how
// they are called.
func (s Subject) spelt() bool {
	switch s.Kind {
	case User:
		return id.UserOf(s.ID) != ""
	case ServiceAccount, Group, Organisation:
		return isID(s.ID)
	}
	return s.Kind == Client && s.ID != ""
}

// Catalogued reports whether there is a permission that the pattern names, or was one that
// somebody was granted by this name.
func (s *Service) Catalogued(ctx context.Context, p Pattern) (bool, error) {
	api, err := s.API(ctx, p.API)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return false, err
	}
	for _, one := range api.Permissions {
		if p.matches(one.Resource, one.Action, one.Sensitive, false) {
			return true, nil
		}
	}
	return s.EverGranted(ctx, GrantFilter{Permission: p.String()})
}
