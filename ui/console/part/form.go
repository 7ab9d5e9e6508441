package part

import (
	"slices"
	"strings"

	"github.com/a-h/templ"

	"gatehouse/fault"
	"gatehouse/ui/words"
)

// Kind is what a field takes.
type Kind string

// The kinds. Any other is the type of an input, such as "email" or "datetime-local".
const (
	Line   Kind = ""       // a line of text
	Area   Kind = "area"   // lines of text
	Choose Kind = "select" // one of Options, in a list that unfolds
	Radio  Kind = "radio"  // one of Options, all in sight
	Tick   Kind = "tick"   // yes or no
	Ticks  Kind = "ticks"  // some of Options
)

// Field is an input with its label, its hint, and what is wrong with it.
type Field struct {
	ID                        string // its name, too
	Label                     string
	Hint                      string
	Kind                      Kind
	Value                     string
	Options                   []Option // of a Line: what may be typed, among others
	On                        bool     // of a Tick
	Optional, Readonly, Focus bool
	// Complete is what the browser may fill in, such as "off"; "" leaves it to the browser.
	Complete string
	// Literal takes no capitals and no spelling: a name or a code.
	Literal bool
	Max     int    // characters
	Accept  string // what a "file" may be, such as ".csv"
	Rows    int    // of an Area
	Problem string
	// Locked says why it cannot be changed here, such as which file sets it; "" is that it can.
	Locked string
	// Offer is the kind of things whose names script proposes while one is typed, as the search knows
	// it. Typed keeps a field in a line of filters one that is typed into, though it proposes values.
	Offer string
	Typed bool
	// Unit stands behind the input, such as "days".
	Unit string
	// Section is the head under which the field stands, with those beside it that have the same.
	Section string
	// When is a value that must be chosen in the same section before the field is asked for: until
	// then it is out of sight. "" is always, and so is a value without a line of its own at .section in
	// console.css, where no script is needed for it.
	When string

	placeholder string  // of what stands in a line
	now         *string // what it is by now, where that is not what was typed (Form.Beside)
}

// Option is a value that may be chosen.
type Option struct {
	Value, Label, Hint string
	On                 bool
}

// Form is a form with a summary of what must be mended.
type Form struct {
	ID     string
	Action string
	Token  string
	Fields []Field
	// Folds are fields that fold out together, each under what is set there.
	Folds []Fold
	// More are seldom needed, and fold out.
	More   []Field
	Hidden []Hidden
	// Files says that a field of it is a file.
	Files bool
	// Wrong are the sentences about no field by itself.
	Wrong []string
	Do    []Button
	// Cancel is where the way back leads; may be empty.
	Cancel string
}

// Fold is some fields of a form that not everybody needs. It is folded away unless it is open, or
// something is wrong in it.
type Fold struct {
	Label, Lead string // what is set there, and what holds while nothing is
	Fields      []Field
	Open        bool
}

// unfolded reports whether it is shown with its fields.
func (g Fold) unfolded() bool { return g.Open || slices.ContainsFunc(g.Fields, Field.faulty) }

func (f Field) faulty() bool { return f.Problem != "" }

// all are the fields in their order, whether they fold out or not.
func (f Form) all() []Field {
	all := slices.Clone(f.Fields)
	for _, g := range f.Folds {
		all = append(all, g.Fields...)
	}
	return append(all, f.More...)
}

// with is the form with other fields in the places of all.
func (f Form) with(all []Field) Form {
	next := func(n int) (some []Field) {
		some, all = all[:n:n], all[n:]
		return some
	}
	f.Fields, f.Folds = next(len(f.Fields)), slices.Clone(f.Folds)
	for i := range f.Folds {
		f.Folds[i].Fields = next(len(f.Folds[i].Fields))
	}
	f.More = next(len(f.More))
	return f
}

// Faulty returns the form as it comes back with e: what is wrong stands at its fields, and what
// is about none of them in the summary. The sentence of e is said where no field says anything.
func (f Form) Faulty(say *words.Catalogue, e *fault.Error) Form {
	if e == nil {
		return f
	}
	all, wrong := faulty(say, f.all(), f.Wrong, e)
	f.Wrong = wrong
	return f.with(all)
}

// section is some fields under one head.
type section struct {
	label  string
	fields []Field
}

// sections are the fields in their order, those under one head together.
func (f Form) sections() (all []section) {
	for _, in := range f.Fields {
		if len(all) == 0 || all[len(all)-1].label != in.Section {
			all = append(all, section{label: in.Section})
		}
		last := &all[len(all)-1]
		last.fields = append(last.fields, in)
	}
	return all
}

// At is the field of a number, of Fields and then of More.
func (f *Form) At(i int) *Field {
	if i < len(f.Fields) {
		return &f.Fields[i]
	}
	return &f.More[i-len(f.Fields)]
}

// Beside returns the form, with what was typed into it, with what each field holds by now: that of
// now is the same form as it would be shown to whoever opens it.
func (f Form) Beside(say *words.Catalogue, now Form) Form {
	typed, is := f.all(), now.all()
	for i := range typed {
		for _, in := range is {
			if text := in.said(say); in.ID == typed[i].ID && text != typed[i].said(say) {
				typed[i].now = &text
			}
		}
	}
	return f.with(typed)
}

// said is what a field holds, in words.
func (f Field) said(say *words.Catalogue) string {
	var chosen []string
	for _, o := range f.Options {
		if o.On || f.Kind == Choose && o.Value == f.Value {
			chosen = append(chosen, o.Label)
		}
	}
	switch f.Kind {
	case Tick:
		if f.On {
			return say.Part.Yes
		}
		return say.Part.No
	case Choose, Radio, Ticks:
		return strings.Join(chosen, ", ")
	}
	return strings.ReplaceAll(f.Value, "\r\n", "\n")
}

// open reports whether something was said in what folds out, or is wrong there.
func (f Form) open() bool {
	return slices.ContainsFunc(f.More, func(in Field) bool { return in.Value != "" || in.Problem != "" })
}

// faulty returns fields and wrong with what e says of each.
func faulty(say *words.Catalogue, fields []Field, wrong []string, e *fault.Error) ([]Field, []string) {
	fields, wrong = slices.Clone(fields), slices.Clone(wrong)
	said := false
	for _, bad := range e.Fields {
		at := false
		for i := range fields {
			if fields[i].ID == bad.Name {
				fields[i].Problem = say.Wrong(fields[i].Label, bad.Problem)
				at, said = true, true
			}
		}
		if !at {
			wrong, said = append(wrong, say.Wrong(bad.Name, bad.Problem)), true
		}
	}
	if !said {
		wrong = append(wrong, say.Detail(e.Code, e.Detail))
	}
	return fields, wrong
}

// broken reports whether there is anything to mend.
func (f Form) broken() bool {
	return len(f.Wrong) > 0 || slices.ContainsFunc(f.all(), Field.faulty)
}

// describedBy names what explains the field.
func (f Field) describedBy() string {
	var ids []string
	for name, is := range map[string]bool{"problem": f.Problem != "", "hint": f.Hint != "", "locked": f.Locked != "", "now": f.now != nil} {
		if is {
			ids = append(ids, f.ID+"-"+name)
		}
	}
	return strings.Join(sorted(ids), " ")
}

// fewOptions stand one below the other; more of them side by side.
const fewOptions = 5

// grouped reports whether the field is several inputs, under a legend.
func (f Field) grouped() bool { return f.Kind == Radio || f.Kind == Ticks }

func (f Field) attributes() templ.Attributes {
	all := templ.Attributes{}
	if f.When != "" && f.grouped() {
		all["data-when"] = f.When
	}
	if by := f.describedBy(); by != "" {
		all["aria-describedby"] = by
	}
	if f.Problem != "" {
		all["aria-invalid"] = "true"
	}
	if f.Literal {
		all["autocapitalize"], all["autocorrect"], all["spellcheck"] = "none", "off", "false"
	}
	if f.Accept != "" {
		all["accept"] = f.Accept
	}
	if f.Complete != "" {
		all["autocomplete"] = f.Complete
	}
	if f.placeholder != "" {
		all["placeholder"] = f.placeholder
	}
	if f.proposes() {
		all["list"] = f.ID + "-list"
	}
	if f.Offer != "" {
		all["data-offer"] = f.Offer
	}
	if f.Max > 0 {
		all["maxlength"] = itoa(f.Max)
	}
	return all
}

// proposes reports whether a line of text comes with values to choose from.
func (f Field) proposes() bool {
	return f.Kind == Line && (len(f.Options) > 0 || f.Offer != "")
}

func (f Field) typeOf() string {
	if f.Kind == Line {
		return "text"
	}
	return string(f.Kind)
}

func (f Field) rows() string {
	if f.Rows == 0 {
		return "4"
	}
	return itoa(f.Rows)
}

// box is the type of the inputs of a group.
func (f Field) box() string {
	if f.Kind == Radio {
		return "radio"
	}
	return "checkbox"
}

// Confirm asks whether to do something, and says what it comes to.
type Confirm struct {
	Title       string
	Consequence string
	// Details name what it comes to, one by one.
	Details []string
	Form    Form
	// Name must be typed before it is done; "" for what is easily taken back. The form sends
	// it as "confirm", and the server compares.
	Name    string
	Problem string // what was wrong with the name
	Bad     bool   // it cannot be taken back
}

func (c Confirm) field(say *words.Catalogue) Field {
	return Field{ID: "confirm", Label: say.Part.Type.With(words.Name, c.Name), Literal: true, Problem: c.Problem, Max: 200}
}
