// Package typed reads what is typed into the forms about the gate, whatever area they belong to: a
// line for each of several, and JSON for what has no input of its own; and it puts what is wrong
// with a specification at the inputs. It is no area of its own.
package typed

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"gatehouse/fault"
	"gatehouse/gate"
)

// Rest is the input of what has no input of its own.
const Rest = "rest"

// Lines writes a line for each.
func Lines(all []string) string { return strings.Join(all, "\n") }

// Listed are the lines of a text without what is around them.
func Listed(text string) (all []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}

// JSON is what a specification says but for some of its members, "" for nothing. What has an input
// of its own is zero in it, or one of the members.
func JSON(spec any, but ...string) string {
	text, _ := json.Marshal(spec) // it came as JSON
	var all map[string]any
	_ = json.Unmarshal(text, &all)
	for _, name := range but {
		delete(all, name)
	}
	if len(all) == 0 {
		return ""
	}
	text, _ = json.MarshalIndent(all, "", "  ")
	return string(text)
}

// ReadJSON reads what was typed as JSON into a specification; rest tells what JSON would write of
// it. Invalid at Rest for what cannot be read, and for what has an input of its own.
func ReadJSON(text string, into any, rest func() string) error {
	if text = strings.TrimSpace(text); text == "" {
		return nil
	}
	in := json.NewDecoder(strings.NewReader(text))
	in.DisallowUnknownFields()
	if err := in.Decode(into); err != nil {
		return Wrong(Rest, "is not to be read: "+reason(err))
	}
	if in.More() {
		return Wrong(Rest, "has more than one thing in it")
	}
	if !same(rest(), text) {
		return Wrong(Rest, "has what has an input of its own")
	}
	return nil
}

// reason is what is wrong with JSON, without the words of the decoder.
func reason(err error) string {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return syntax.Error()
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}

// same reports whether two texts are the same JSON.
func same(a, b string) bool {
	var x, y any
	if json.Unmarshal([]byte(a), &x) != nil || json.Unmarshal([]byte(b), &y) != nil {
		return strings.TrimSpace(a) == "" && strings.TrimSpace(b) == "{}"
	}
	left, _ := json.Marshal(x)
	right, _ := json.Marshal(y)
	return string(left) == string(right)
}

// Wrong is the refusal of what was typed into an input.
func Wrong(input, problem string) error {
	return &fault.Error{Kind: fault.Invalid, Code: gate.CodeRoutes, Detail: "The route cannot be used.", Fields: []fault.Field{{Name: input, Problem: problem}}}
}

// Input is the input of a place in a specification, by how the place begins.
type Input struct{ Place, Input string }

// Placed is err with what is wrong at the inputs of a form: of those whose place fits, the first. What
// has none is wrong in the rest, with the place.
func Placed(err error, inputs []Input) error {
	return fault.Renamed(err, func(f fault.Field) fault.Field {
		name := strings.TrimPrefix(f.Name, "body.")
		name = strings.TrimPrefix(name, "draft.")
		at := slices.IndexFunc(inputs, func(in Input) bool { return begins(name, in.Place) })
		switch {
		case at >= 0:
			return fault.Field{Name: inputs[at].Input, Problem: f.Problem}
		case name == Rest || slices.ContainsFunc(inputs, func(in Input) bool { return in.Input == name }):
			return fault.Field{Name: name, Problem: f.Problem}
		}
		return fault.Field{Name: Rest, Problem: within(name, f.Problem)}
	})
}

// begins reports whether a place is another one or within it.
func begins(name, place string) bool {
	rest, ok := strings.CutPrefix(name, place)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// within says where in the rest something is wrong.
func within(place, problem string) string { return strings.TrimPrefix(place, "spec.") + ": " + problem }
