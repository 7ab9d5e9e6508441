package oauth

import (
	"context"
	"fmt"
	"slices"

	"gatehouse/setting"
)

// Meanings knows what scopes mean in the house, besides those that speak of a person.
type Meanings interface {
	// Meant lists the scopes that are bound to permissions, and those that people are told of in
	// words of the configuration.
	Meant(ctx context.Context) ([]string, error)
}

// Meant are all scopes that mean something in the house.
type Meant []string

// Meant returns the scopes that mean something in the house now.
func (s *Service) Meant(ctx context.Context) (Meant, error) {
	all, err := s.Meanings.Meant(ctx)
	if err != nil {
		return nil, fmt.Errorf("look what scopes mean: %w", err)
	}
	return slices.Concat(PersonScopes, all), nil
}

// UnknownScope is a scope that a client may ask for and that means nothing in the house. Nearest
// is the one that was most likely meant by it, "" where that is not certain.
type UnknownScope struct{ Name, Nearest string }

// Problem says what is odd about it, for whoever wrote it.
func (u UnknownScope) Problem() string {
	if u.Nearest != "" {
		return u.Name + " means nothing here; did you mean " + u.Nearest + "?"
	}
	return u.Name + " means nothing here: it is bound to no permission, and people see its name alone"
}

// Unknown returns those of scopes that mean nothing. A client may have them all the same, since
// its API may know what they mean; they are told for whoever made a slip (decision 0080).
func (m Meant) Unknown(scopes []string) (unknown []UnknownScope) {
	for _, scope := range scopes {
		if !slices.Contains(m, scope) {
			unknown = append(unknown, UnknownScope{scope, setting.Nearest(scope, m)})
		}
	}
	return unknown
}
