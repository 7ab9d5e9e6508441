package oauth

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// mapping is a claim and where its value comes from.
type mapping struct {
	path   []string
	source Source
}

// parseMapping reads "NAME=SOURCE".
func parseMapping(text string) (mapping, error) {
	name, from, ok := strings.Cut(text, "=")
	if !ok {
		return mapping{}, errors.New("must be written NAME=SOURCE")
	}
	path, err := claimPath(name)
	if err != nil {
		return mapping{}, err
	}
	if reserved(path[0]) || unmappable(path[0]) || contains(StandardClaims, path[0]) && (len(path) > 1 || !slices.Contains(StandardClaims, path[0])) {
		return mapping{}, fmt.Errorf("%s is a claim that Gatehouse keeps for itself", name)
	}
	source, err := ParseSource(from)
	if err != nil {
		return mapping{}, fmt.Errorf("its source %w", err)
	}
	return mapping{path, source}, nil
}

// mappings are those that are in order.
func (t *Told) mappings() []mapping {
	var all []mapping
	for _, text := range t.Claims {
		if m, err := parseMapping(text); err == nil {
			all = append(all, m)
		}
	}
	return all
}

// sourcesOf returns the roles and the groups that claims name as their sources.
func sourcesOf(claims []string) (roles, groups []string) {
	for _, text := range claims {
		m, err := parseMapping(text)
		switch {
		case err != nil:
		case m.source.Kind == FromRole:
			roles = append(roles, m.source.Name)
		case m.source.Kind == FromGroup:
			groups = append(groups, m.source.Name)
		}
	}
	return roles, groups
}

// claimPath splits the name of a claim into the members that lead to it.
func claimPath(name string) ([]string, error) {
	if name == "" || len(name) > maxPath {
		return nil, fmt.Errorf("the name of a claim must have between 1 and %d characters", maxPath)
	}
	for _, c := range []byte(name) { // ASCII: in other alphabets there are letters that fold to ours
		if c <= ' ' || c == '"' || c == '\\' || c == '=' || c >= 0x7f {
			return nil, errors.New(`the name of a claim must be printable ASCII without spaces, =, " and \`)
		}
	}
	if strings.ContainsAny(name, ":/") {
		return []string{name}, nil
	}
	path := strings.Split(name, ".")
	if len(path) > maxNested || slices.Contains(path, "") {
		return nil, fmt.Errorf("the name of a claim must be at most %d names with one dot between each", maxNested)
	}
	return path, nil
}
