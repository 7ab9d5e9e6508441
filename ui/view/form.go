package view

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"gatehouse/fault"
	"gatehouse/ui/words"
	"gatehouse/web"
)

// Form is what every form carries, and what was wrong with it when it was sent.
type Form struct {
	Token  string       // Cookies.FormToken
	Person string       // the id of whom the page is about; "" when it is about nobody
	Wrong  *fault.Error // why the form came back; nil when it did not
	Fields []fault.Field
	// Whole says that it was about what was typed, and about no input by itself.
	Whole bool
}

// Inputs returns the inputs of the form with what is wrong at each. Where that is
// about the form as a whole it is said at the one marked Main. The first that must
// be mended gets the focus; while nothing must, it stays as the page asked.
func (f Form) Inputs(say *words.Catalogue, inputs ...Input) []Input {
	first := -1
	for i, in := range inputs {
		inputs[i].Problem = f.problem(say, in)
		if first < 0 && inputs[i].Invalid() {
			first = i
		}
	}
	for i := range inputs {
		inputs[i].Focus = inputs[i].Focus && first < 0 || i == first
	}
	return inputs
}

// problem says what is wrong with in, "" when nothing is.
func (f Form) problem(say *words.Catalogue, in Input) string {
	for _, field := range f.Fields {
		if field.Name == in.ID {
			return say.Wrong(in.Label, field.Problem)
		}
	}
	if in.Main && f.Whole {
		return f.alert(say)
	}
	return in.Problem
}

// unsaid reports whether what went wrong stands at none of the inputs.
func (f Form) unsaid(inputs []Input) bool {
	return f.Wrong != nil && !slices.ContainsFunc(inputs, Input.Invalid)
}

// Title marks the title of a page that comes back with an error, so that it is
// the first thing a screen reader says.
func (f Form) Title(say *words.Catalogue, title words.Title) words.Title {
	if f.Wrong != nil {
		return words.Title(say.Form.Error.With(words.Page, string(title)))
	}
	return title
}

// alert says in a sentence what went wrong; only a form that came back has one.
func (f Form) alert(say *words.Catalogue) string {
	wait := func() string { return say.Wait(web.Seconds(f.Wrong.RetryAfter)) }
	switch f.Wrong.Kind {
	case fault.TooMany:
		return say.Form.TooMany.With(words.Wait, wait())
	case fault.Unavailable:
		return say.Form.Busy.With(words.Wait, wait())
	}
	if said := say.Detail(f.Wrong.Code, f.Wrong.Detail); said != "" {
		return said
	}
	return say.Form.Check
}

// Reject puts err into f if the person can mend it on the same page, and
// returns the status to show that page with. Any other error is not about what
// was typed; then ok is false.
func (f *Form) Reject(w http.ResponseWriter, err error) (status int, ok bool) {
	e, is := errors.AsType[*fault.Error](err)
	if !is {
		return 0, false
	}
	switch e.Kind {
	case fault.Invalid, fault.Unauthenticated:
		f.Wrong, f.Fields, f.Whole = e, e.Fields, len(e.Fields) == 0
		return http.StatusUnprocessableEntity, true
	case fault.TooMany, fault.Unavailable:
		f.Wrong, f.Fields = e, e.Fields
	default:
		return 0, false
	}
	w.Header().Set("Retry-After", strconv.Itoa(web.Seconds(e.RetryAfter)))
	return web.Status(e.Kind), true
}

// Input is one field of a form.
type Input struct {
	ID           string // its name, too
	Label        string
	Hint         string
	Kind         string // "text" when empty
	Value        string
	Autocomplete string
	Mode         string // inputmode
	Class        string
	Pattern      string
	MinLength    int // for new passwords
	MaxLength    int
	Problem      string // what is wrong with it, a sentence
	Main         bool   // what is wrong with the form as a whole is said at it
	Focus        bool
	Readonly     bool
	Optional     bool
	Show         bool // a button reveals the password
	Literal      bool // no capitals, no spelling: a name or a code
}

// Invalid reports whether what was typed must be mended.
func (in Input) Invalid() bool { return in.Problem != "" }

// describedBy names the elements that explain the input.
func (in Input) describedBy() string {
	var ids []string
	if in.Problem != "" {
		ids = append(ids, in.ID+"-problem")
	}
	if in.Hint != "" {
		ids = append(ids, in.ID+"-hint")
	}
	return strings.Join(ids, " ")
}

func (in Input) attributes() templ.Attributes {
	all := templ.Attributes{}
	set := func(name, value string) {
		if value != "" {
			all[name] = value
		}
	}
	set("autocomplete", in.Autocomplete)
	set("inputmode", in.Mode)
	set("class", in.Class)
	set("pattern", in.Pattern)
	set("aria-describedby", in.describedBy())
	if in.Invalid() {
		all["aria-invalid"] = "true"
	}
	if in.Literal {
		all["autocapitalize"], all["autocorrect"], all["spellcheck"] = "none", "off", "false"
	}
	if in.MaxLength > 0 {
		all["maxlength"] = strconv.Itoa(in.MaxLength)
	}
	if in.MinLength > 0 {
		all["minlength"] = strconv.Itoa(in.MinLength)
		all["passwordrules"] = "minlength: " + strconv.Itoa(in.MinLength) + ";"
	}
	return all
}

func (in Input) typeOf() string {
	if in.Kind == "" {
		return "text"
	}
	return in.Kind
}

// NewPassword is the field for a password that is being chosen, of at least
// minLength characters; zero says nothing about the length.
func NewPassword(say *words.Catalogue, id, label string, minLength int) Input {
	hint := say.Form.Advice
	if minLength > 0 {
		hint = say.Count(say.Form.Length, minLength)
	}
	return Input{
		ID: id, Label: label, Kind: "password", Autocomplete: "new-password", Hint: hint,
		MinLength: minLength, MaxLength: 1024, Show: true,
	}
}
