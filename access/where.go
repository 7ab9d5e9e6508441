package access

import (
	"slices"
	"time"
)

// verdict says whether a grant counts for the resource that is asked about. The
// zero verdict is that nobody knows, which allows nothing and denies.
type verdict uint8

const (
	unknown verdict = iota
	yes
	no
)

// matches reports whether g counts for the resource, and lowers until to where the
// clock may change that.
func (j *judgement) matches(g *grant, until *int64) verdict {
	switch g.Where.Place {
	case Everywhere:
		return yes
	case Own:
		return j.owns()
	case Listed:
		if j.q.Resource.ID == "" {
			return unknown
		}
		return verdictOf(slices.Contains(g.Where.IDs, j.q.Resource.ID))
	case Condition:
		if g.condition.readsClock() {
			*until = min(*until, nextQuarter(j.now))
		}
		return j.asked().ask(g.condition)
	}
	return unknown
}

// asked is what conditions are asked with.
func (j *judgement) asked() *trial {
	if j.trial == nil {
		j.trial = newTrial(j.q, j.e.in, j.now)
	}
	return j.trial
}

// spent reports whether the conditions took so much that no further one is asked.
func (j *judgement) spent() bool { return j.trial != nil && j.trial.spent }

func verdictOf(holds bool) verdict {
	if holds {
		return yes
	}
	return no
}

// owns compares the owner that the resource names with whoever asks. Nobody owns what has no
// attribute for that, not by one that has no name either.
func (j *judgement) owns() verdict {
	attribute := j.rules.catalogue[j.permission].owner
	name, isText := j.q.Resource.Attrs[attribute].(string)
	if attribute == "" || !isText || name == "" {
		return unknown
	}
	return verdictOf(name == j.q.Principal.ID)
}

// lacks names the attribute that made g unknown when it was looked at last.
func (j *judgement) lacks(g *grant) string {
	switch g.Where.Place {
	case Own:
		return j.rules.catalogue[j.permission].owner
	case Listed:
		return "id"
	case Condition:
		return j.asked().lacks
	}
	return ""
}

// nextQuarter is the next quarter of an hour: where a condition reads the local
// time, it may change there, in every time zone that is in use.
func nextQuarter(now int64) int64 {
	const quarter = int64(15 * time.Minute)
	return (floor(now, quarter) + 1) * quarter
}

// floor divides, rounding down before 1970 too.
func floor(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
