package part

import (
	"slices"
	"strings"

	"gatehouse/fault"
	"gatehouse/ui/words"
)

// Filters narrow a list, or say from where it is looked at. They are a form that asks by GET,
// so that the address holds all of it.
type Filters struct {
	// Action is the path of the list.
	Action string
	// Search is the field for words; its ID may be empty: there is none.
	Search Field
	// Fields are in one line; the hint of one stands within it while it is empty.
	Fields []Field
	// More are seldom used, and fold out.
	More []Field
	// Keep goes along unseen, such as the order of the list.
	Keep  []Hidden
	Chips []Chip
	// Clear is the address of the list without any filter, Save leads to where this one gets a
	// name; both may be empty.
	Clear, Save string
	// Kept are filters that somebody gave a name to, of which the one at Now narrows the list;
	// Manage leads to all of them. All may be empty.
	Kept        []Link
	Now, Manage string
	// Exports lead to the list as a file.
	Exports []Link
	// Wrong are the sentences about no field by itself.
	Wrong []string
	// Do sends the form; where its Label is empty it says Apply.
	Do Button
}

// Chip is a filter that counts. Href is the list without it.
type Chip struct{ Label, Value, Href string }

// Faulty returns the filters as an address brings them that was refused with e: what is wrong
// stands at their fields. A parameter of the API, which is called ?name, is the field of that name.
func (f Filters) Faulty(say *words.Catalogue, e *fault.Error) Filters {
	if e == nil {
		return f
	}
	told := *e
	told.Fields = nil
	for _, bad := range e.Fields {
		bad.Name = strings.TrimPrefix(bad.Name, "?")
		told.Fields = append(told.Fields, bad)
	}
	all := slices.Concat([]Field{f.Search}, f.Fields, f.More)
	all, f.Wrong = faulty(say, all, f.Wrong, &told)
	f.Search, f.Fields, f.More = all[0], all[1:1+len(f.Fields)], all[1+len(f.Fields):]
	return f
}

// open reports whether one of those that fold out counts, or is wrong.
func (f Filters) open() bool {
	return slices.ContainsFunc(f.More, func(in Field) bool { return in.Value != "" || in.Problem != "" })
}

// button sends the form.
func (f Filters) button(say *words.Catalogue) Button {
	if f.Do.Label == "" {
		f.Do.Label = say.Part.Apply
	}
	return f.Do
}

// narrow is the class of a field in the line.
func (f Field) narrow() string {
	if f.Kind == Line && (len(f.Options) == 0 || f.Typed) {
		return "narrow typed"
	}
	return "narrow"
}

// inline is the field as it stands in a line: its hint is within it, and what has options is
// chosen from them.
func (f Field) inline() Field {
	if f.Kind == Line && len(f.Options) > 0 && !f.Typed {
		f.Kind = Choose
	}
	f.placeholder, f.Hint = f.Hint, ""
	return f
}
