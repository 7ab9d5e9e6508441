package audit

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Top is how often something was seen on a day, of what was seen most often on it.
type Top struct {
	Day  time.Time // its begin, in UTC
	Kind TopKind
	Name string
	// N is how often at most. Of that, Others at most were of names that it took the place of.
	N, Others int64
}

// TopKind is what is seen.
type TopKind string

// The kinds.
const (
	TopAccount TopKind = "account" // people whose sign-in was refused, by their ids
	TopAddress TopKind = "address" // from where such a sign-in came
)

// MostTops is how many names of a kind are kept of a day, however many are seen: whoever invents
// addresses fills no table. What makes up more than a part in MostTops of all that was seen is
// among them for certain, whatever else came.
const MostTops = 200

// Least is how often it was seen at least.
func (t *Top) Least() int64 { return t.N - t.Others }

// KeepTops adds what was seen to what is kept of one day and one kind, and returns what is kept
// from then on: where there is no room for a name, it takes the place, and the number, of the one
// that was seen least often (Metwally, Agrawal and El Abbadi, Efficient Computation of Frequent
// and Top-k Elements in Data Streams, 2005).
func KeepTops(kept, seen []Top) []Top {
	all := slices.Clone(kept)
	at := map[string]int{}
	for i := range all {
		at[all[i].Name] = i
	}
	var fresh []Top
	for _, one := range seen {
		if i, is := at[one.Name]; is {
			all[i].N += one.N
			continue
		}
		fresh = append(fresh, one)
	}
	slices.SortFunc(fresh, moreOften)
	for _, one := range fresh {
		if len(all) < MostTops {
			all = append(all, one)
			continue
		}
		i := least(all)
		all[i] = Top{Day: one.Day, Kind: one.Kind, Name: one.Name, N: all[i].N + one.N, Others: all[i].N}
	}
	return all
}

// least is where the one stands that was seen least often.
func least(all []Top) (at int) {
	for i := range all {
		if cmp.Or(cmp.Compare(all[i].N, all[at].N), strings.Compare(all[i].Name, all[at].Name)) < 0 {
			at = i
		}
	}
	return at
}

// moreOften orders what was certainly seen more often first.
func moreOften(a, b Top) int {
	return cmp.Or(cmp.Compare(b.Least(), a.Least()), cmp.Compare(b.N, a.N), strings.Compare(a.Name, b.Name))
}

// SumTops adds up what several days have of a kind, and returns what was seen most often, most
// of it at the most.
func SumTops(days []Top, kind TopKind, most int) []Top {
	at, all := map[string]int{}, []Top{}
	for _, one := range days {
		if one.Kind != kind {
			continue
		}
		if i, is := at[one.Name]; is {
			all[i].N += one.N
			all[i].Others += one.Others
			continue
		}
		at[one.Name] = len(all)
		all = append(all, one)
	}
	slices.SortFunc(all, moreOften)
	return all[:min(len(all), most)]
}
