package oauth

import (
	"slices"
	"strconv"
	"strings"
)

// told holds the rules for what a client is told.
func (p *problems) told(t *Told) {
	var paths [][]string
	take := func(field string, path []string) {
		for _, other := range paths {
			if n := min(len(path), len(other)); slices.EqualFunc(path[:n], other[:n], strings.EqualFold) {
				p.add(field, "is or contains another claim: %s", strings.Join(other, "."))
				return
			}
		}
		paths = append(paths, path)
	}
	if path := p.listing("roles", &t.Roles); path != nil {
		take("roles_claim", path)
	}
	if path := p.listing("groups", &t.Groups); path != nil {
		take("groups_claim", path)
	}
	if len(t.Claims) > maxMapped {
		p.add("claims", "must not have more than %d entries", maxMapped)
		return
	}
	for i, text := range t.Claims {
		field := "claims[" + strconv.Itoa(i) + "]"
		m, err := parseMapping(text)
		if err != nil {
			p.add(field, "%s", err.Error())
			continue
		}
		take(field, m.path)
	}
}

// listing returns the path of its claim, nil for none.
func (p *problems) listing(of string, l *Listing) []string {
	if !slices.Contains([]string{"", FormatList, FormatString, FormatObject}, l.Format) {
		p.add(of+"_format", "must be %s, %s or %s", FormatList, FormatString, FormatObject)
	}
	if len(l.Prefix) > maxPrefix || !printable(l.Prefix) || strings.Contains(l.Prefix, " ") && l.Format == FormatString {
		p.add(of+"_prefix", "must be at most %d bytes of text, without spaces in the format %s", maxPrefix, FormatString)
	}
	p.list(of+"_filter", l.Only, func(pattern string) error { return checkName(pattern) })
	if l.Claim == "" {
		if l.Format != "" || l.Prefix != "" || len(l.Only) > 0 {
			p.add(of+"_claim", "must name the claim in which they are told")
		}
		return nil
	}
	path, err := claimPath(l.Claim)
	if err != nil {
		p.add(of+"_claim", "%s", err.Error())
		return nil
	}
	if reserved(path[0]) || contains(StandardClaims, path[0]) {
		p.add(of+"_claim", "is a claim that Gatehouse keeps for itself")
		return nil
	}
	return path
}

func printable(text string) bool {
	return !strings.ContainsFunc(text, invisible) && strings.ToValidUTF8(text, "") == text
}
