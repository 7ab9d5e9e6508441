package part

import "gatehouse/ui/words"

func (s Step) class() string {
	switch s.Outcome {
	case Passed:
		return string(Good)
	case Failed:
		return string(Bad)
	}
	return "faded"
}

func (s Step) icon() string {
	switch s.Outcome {
	case Passed:
		return "tick"
	case Failed:
		return "cross"
	}
	return "dash"
}

// word is what the drawing says.
func (s Step) word(say *words.Catalogue) string {
	switch s.Outcome {
	case Passed:
		return say.Part.Passed
	case Failed:
		return say.Part.Failed
	}
	return say.Part.Skipped
}

// hits counts what was found.
func hits(all []Group) int {
	n := 0
	for _, g := range all {
		n += len(g.Hits)
	}
	return n
}
