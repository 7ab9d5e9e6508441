package routes

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strings"

	"gatehouse/access"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// steps are how the gate comes to its answer.
func (p simulatePage) steps(say *words.Catalogue) []part.Step {
	w, a := say.ConsoleRoutes, p.Answer
	if a.Routed == nil {
		return []part.Step{{Outcome: part.Failed, Label: w.NoRoute}}
	}
	r := a.Routed
	all := []part.Step{{Outcome: part.Passed, Label: w.RoutedBy.With(words.Name, r.Route), Detail: captured(r)}}
	switch {
	case r.Public:
		return append(all, part.Step{Outcome: part.Passed, Label: w.AsksNobody})
	case p.Asked.Get("who") == "":
		return append(all, part.Step{Outcome: part.Failed, Label: w.Unknown, Detail: shown(say, r.Authn)})
	}
	all = append(all, part.Step{Outcome: part.Passed, Label: w.Known.With(words.Name, cmp.Or(p.Email, p.Asked.Get("who")))})
	if a.Explanation == nil {
		return append(all, part.Step{Outcome: part.Failed, Label: w.PermissionGone.With(words.Permission, r.Permission)})
	}
	all = append(all, held(say, a.Explanation)...)
	if a.Explanation.Decision == allowed && !through(a.Decision) {
		all = append(all, part.Step{Outcome: part.Failed, Label: w.RouteAsksMore, Detail: say.ConsoleAccess.Reasons[a.Reason]})
	}
	return all
}

var (
	allowed = access.Allowed.String()
	refused = access.Refused.String()
)

// held tells whether somebody has the permission: by which grant, or what of their grants is about it
// and does not give it.
func held(say *words.Catalogue, e *wire.Explanation) []part.Step {
	w := say.ConsoleRoutes
	step := part.Step{Outcome: part.Passed, Label: w.Holds.With(words.Permission, e.Do), Detail: cmp.Or(guard.After(say, e.Need), say.ConsoleAccess.Reasons[string(e.Reason)])}
	if e.Decision == refused {
		step = part.Step{Outcome: part.Failed, Label: w.Lacks.With(words.Permission, e.Do), Detail: step.Detail}
	} else if e.Decision != allowed {
		step.Outcome = part.Failed
	}
	all := []part.Step{step}
	for i := range e.Grants {
		if c := &e.Grants[i]; concerns(e, c) {
			outcome := part.Skipped
			if c.ID == e.Grant {
				outcome = step.Outcome
			}
			all = append(all, part.Step{Outcome: outcome, Label: w.ByGrant.With(words.Name, grantOf(c)), Detail: cmp.Or(guard.After(say, c.Need), say.ConsoleAccess.Verdicts[string(c.Verdict)])})
		}
	}
	if was := lately(e); was != nil {
		all = append(all, part.Step{Outcome: part.Skipped, Label: w.Gave.Fill(words.Name.Is(grantOf(was)), words.Since.Is(say.Moment(was.ExpiresAt)))})
	}
	return all
}

// concerns reports whether a grant says something of the answer: the one that decided, and of a refusal
// all that would give it somewhere, some day or after more was proved.
func concerns(e *wire.Explanation, c *wire.Considered) bool {
	if c.ID == e.Grant {
		return true
	}
	return e.Decision != allowed && !slices.Contains([]access.Verdict{access.Ended, access.OtherPermission}, c.Verdict)
}

// lately is the grant that gave it last, where it is over and none gives it now.
func lately(e *wire.Explanation) *wire.Considered {
	if e.Decision != refused {
		return nil
	}
	var last *wire.Considered
	for i := range e.Grants {
		if c := &e.Grants[i]; c.Verdict == access.Ended && c.Effect == access.Allow && !c.ExpiresAt.IsZero() && (last == nil || c.ExpiresAt.After(last.ExpiresAt)) {
			last = c
		}
	}
	return last
}

// grants is where the permission that somebody lacks is granted to them.
func (p *simulatePage) grants(may bool) string {
	e := p.Answer.Explanation
	if !may || e == nil || e.Decision != refused || e.Reason != access.NoGrant {
		return ""
	}
	return pathGrant + "?" + url.Values{"kind": {string(e.Principal.Kind)}, "subject": {cmp.Or(p.Email, e.Principal.ID)}, "permission": {e.Do}}.Encode()
}

// grantOf is what a grant gives.
func grantOf(c *wire.Considered) string {
	if c.Role != "" {
		return c.Role
	}
	return c.Pattern
}

func captured(r *wire.Routed) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(r.Captures)) {
		all = append(all, name+" = "+r.Captures[name])
	}
	return strings.Join(all, ", ")
}

// through reports whether a decision lets a request through.
func through(decision string) bool {
	return slices.Contains([]string{"allow", "own", "filter", "public"}, decision)
}

// verdict is the answer in a word.
func (p simulatePage) verdict(say *words.Catalogue) part.Badge {
	b := part.Badge{Label: decided(say, p.Answer.Decision), Tone: part.Bad}
	if e := p.Answer.Explanation; e != nil && p.Answer.Decision == "challenge" {
		b.Label = cmp.Or(guard.After(say, e.Need), b.Label)
	}
	switch {
	case through(p.Answer.Decision):
		b.Tone = part.Good
	case p.Answer.Decision == "challenge" || p.Answer.Decision == "mcp":
		b.Tone = part.Warn
	}
	return b
}
