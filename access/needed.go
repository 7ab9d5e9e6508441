package access

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// maxNeeded bounds how many scopes are told.
const maxNeeded = 5

// ScopesFor returns scopes, at most five, of which a token must have one to be used for a
// permission: those for least first. None where the API does not go by scopes.
func (s *Snapshot) ScopesFor(permission string) (names []string) {
	n, ok := s.rules.index.find(permission)
	if !ok || !s.rules.catalogue[n].byScope {
		return nil
	}
	for _, name := range s.rules.bound {
		if s.rules.scopes[name].has(n) {
			names = append(names, name)
		}
	}
	slices.SortStableFunc(names, func(a, b string) int {
		return cmp.Compare(s.rules.scopes[a].count(), s.rules.scopes[b].count())
	})
	return names[:min(len(names), maxNeeded)]
}

// ScopesFor is that of a snapshot, as APIs and scopes are now.
func (s *Service) ScopesFor(ctx context.Context, permission string) ([]string, error) {
	k, err := s.known(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for scopes: %w", err)
	}
	return Compile(Policy{APIs: k.apis, Scopes: k.scopes, BuiltIn: s.BuiltIn, compiled: k.rules}).ScopesFor(permission), nil
}
