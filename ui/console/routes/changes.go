package routes

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"gatehouse/gate"
	"gatehouse/ui/console/part"
)

// changes are what differs between two routes, by the places that docs/gate.md names.
func changes(before, after gate.RouteSpec) (all []part.Change) {
	was, is := map[string]string{}, map[string]string{}
	flat("", document(before), was)
	flat("", document(after), is)
	names := maps.Clone(was)
	maps.Copy(names, is)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if was[name] != is[name] && !(slices.Contains(unordered, name) && sameOf(was[name], is[name])) {
			all = append(all, part.Change{Name: name, Before: was[name], After: is[name]})
		}
	}
	return all
}

// unordered are the lists in which the order says nothing: forms send theirs.
var unordered = []string{"authn", "match.hosts", "match.methods", "match.paths"}

// sameOf reports whether two lists name the same.
func sameOf(was, is string) bool {
	return slices.Equal(slices.Sorted(strings.SplitSeq(was, ", ")), slices.Sorted(strings.SplitSeq(is, ", ")))
}

func document(s gate.RouteSpec) (v any) {
	text, _ := json.Marshal(s) // it has nothing that could not be written
	_ = json.Unmarshal(text, &v)
	return v
}

// flat writes the leaves of a document by their places. Lists are leaves: what is in one has no
// name.
func flat(place string, v any, into map[string]string) {
	if all, ok := v.(map[string]any); ok {
		for name, one := range all {
			flat(strings.TrimPrefix(place+"."+name, "."), one, into)
		}
		return
	}
	switch v := v.(type) {
	case nil:
	case string:
		into[place] = v
	case []any:
		into[place] = listText(v)
	default:
		text, _ := json.Marshal(v)
		into[place] = string(text)
	}
}

// listText is a list as it is read: texts with commas between them, anything else as JSON.
func listText(all []any) string {
	var texts []string
	for _, one := range all {
		text, ok := one.(string)
		if !ok {
			whole, _ := json.Marshal(all)
			return string(whole)
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, ", ")
}
