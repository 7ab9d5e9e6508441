package view

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"gatehouse/fault"
	"gatehouse/web"
)

// Form is what every form carries, and what was wrong with it when it was sent.
type Form struct {
	Token  string // Cookies.FormToken
	Alert  string // what went wrong, in a sentence; "" when nothing did
	Fields []fault.Field
	// Both says that the alert is about the inputs of the form together.
	Both bool
}

// Problem returns what is wrong with the input called name, "" when nothing is.
func (f Form) Problem(name string) string {
	for _, field := range f.Fields {
		if field.Name == name {
			return field.Problem
		}
	}
	return ""
}

// title marks the title of a page that comes back with an error, so that it is
// the first thing a screen reader says.
func (f Form) title(title string) string {
	if f.Alert != "" {
		return "Error: " + title
	}
	return title
}

// Reject puts err into f if the person can mend it on the same page, and
// returns the status to show that page with. Any other error is not about what
// was typed; then ok is false.
func (f *Form) Reject(w http.ResponseWriter, err error) (status int, ok bool) {
	e, is := errors.AsType[*fault.Error](err)
	if !is {
		return 0, false
	}
	f.Alert, f.Fields = e.Detail, e.Fields
	switch e.Kind {
	case fault.Invalid, fault.Unauthenticated:
		f.Both = len(e.Fields) == 0
		if f.Alert == "" {
			f.Alert = "Please check what you typed."
		}
		return http.StatusUnprocessableEntity, true
	case fault.TooMany:
		f.Alert = "There were too many attempts. Try again in " + wait(e.RetryAfter) + "."
	case fault.Unavailable:
		f.Alert = "Gatehouse is busy right now. Try again in " + wait(e.RetryAfter) + "."
	default:
		return 0, false
	}
	w.Header().Set("Retry-After", strconv.Itoa(web.Seconds(e.RetryAfter)))
	return web.Status(e.Kind), true
}

// wait says how long to wait, rounded up.
func wait(d time.Duration) string {
	seconds := web.Seconds(d)
	switch {
	case seconds < 2*60:
		return strconv.Itoa(seconds) + " s"
	case seconds < 2*60*60:
		return strconv.Itoa((seconds+59)/60) + " minutes"
	}
	return strconv.Itoa((seconds+3599)/3600) + " hours"
}

// input is one field of a form.
type input struct {
	id           string // its name, too
	label        string
	hint         string
	kind         string // "text" when empty
	value        string
	autocomplete string
	mode         string // inputmode
	class        string
	pattern      string
	minLength    int // for new passwords
	maxLength    int
	problem      string
	alerted      bool // the alert is about it
	focus        bool
	readonly     bool
	optional     bool
	show         bool // a button reveals the password
	literal      bool // no capitals, no spelling: a name or a code
}

func (in input) invalid() bool { return in.problem != "" || in.alerted }

// describedBy names the elements that explain the input.
func (in input) describedBy() string {
	ids := ""
	add := func(when bool, id string) {
		if !when {
			return
		}
		if ids != "" {
			ids += " "
		}
		ids += id
	}
	add(in.alerted, "alert")
	add(in.problem != "", in.id+"-problem")
	add(in.hint != "", in.id+"-hint")
	return ids
}

func (in input) attributes() templ.Attributes {
	all := templ.Attributes{}
	set := func(name, value string) {
		if value != "" {
			all[name] = value
		}
	}
	set("autocomplete", in.autocomplete)
	set("inputmode", in.mode)
	set("class", in.class)
	set("pattern", in.pattern)
	set("aria-describedby", in.describedBy())
	if in.invalid() {
		all["aria-invalid"] = "true"
	}
	if in.literal {
		all["autocapitalize"], all["autocorrect"], all["spellcheck"] = "none", "off", "false"
	}
	if in.maxLength > 0 {
		all["maxlength"] = strconv.Itoa(in.maxLength)
	}
	if in.minLength > 0 {
		all["minlength"] = strconv.Itoa(in.minLength)
		all["passwordrules"] = "minlength: " + strconv.Itoa(in.minLength) + ";"
	}
	return all
}

func (in input) typeOf() string {
	if in.kind == "" {
		return "text"
	}
	return in.kind
}
