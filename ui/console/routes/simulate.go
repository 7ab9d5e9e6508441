package routes

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"gatehouse/access"
	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/proof"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/console/typed"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// simulate asks what the gate would do with a request; all of the question stands in the address.
func (d *Door) simulate(v *guard.Visit) error {
	p := simulatePage{Frame: v.Frame(), Asked: v.Only("method", "url", "who", "at", "acr", "age", "ip", "resource"), Methods: append(slices.Clone(methods), http.MethodHead, http.MethodOptions), Now: time.Now()}
	if p.Asked.Get("url") == "" {
		if err := v.Ready("explainGateRequest", nil); err != nil {
			return err
		}
		return v.Show(http.StatusOK, p)
	}
	status, err := p.ask(v)
	if err != nil {
		return err
	}
	return v.Show(status, p)
}

func (p *simulatePage) ask(v *guard.Visit) (status int, err error) {
	asked, err := p.request(v)
	if err == nil {
		var found *admin.One[wire.GateAnswer]
		if found, err = guard.Ask[admin.One[wire.GateAnswer]](v, "explainGateRequest", admin.Input{Query: asked}); err == nil {
			p.Answer = &found.Body
			p.name(v)
			p.Command = p.command(asked)
			p.Grant = p.grants(v.Can("createGrant", nil))
			return http.StatusOK, nil
		}
	}
	status, ok := v.Reject(&p.Frame, asTyped(err))
	if !ok {
		return 0, err
	}
	return status, nil
}

// name finds out what a person is called whom the question names by id, as far as the visitor may see them.
func (p *simulatePage) name(v *guard.Visit) {
	e := p.Answer.Explanation
	if p.Email != "" || e == nil || e.Principal.Kind != access.User {
		return
	}
	if names, err := v.Names([]string{e.Principal.ID}); err == nil { // the answer is given all the same
		p.Email = names[e.Principal.ID]
	}
}

// named calls them so where a text has their id.
func (p *simulatePage) named(text string) string {
	if e := p.Answer.Explanation; e != nil && e.Principal.Kind == access.User && p.Email != "" {
		return strings.ReplaceAll(text, e.Principal.ID, p.Email)
	}
	return text
}

// request is the question that was typed.
func (p *simulatePage) request(v *guard.Visit) (asked url.Values, err error) {
	asked = url.Values{}
	for _, name := range []string{"method", "url", "acr", "ip", "resource"} {
		if text := strings.TrimSpace(p.Asked.Get(name)); text != "" {
			asked.Set(name, text)
		}
	}
	if text := p.Asked.Get("at"); text != "" {
		at, err := time.Parse("2006-01-02T15:04", text)
		if err != nil {
			return nil, typed.Wrong("at", "is no time")
		}
		asked.Set("at", at.UTC().Format(time.RFC3339))
	}
	if text := strings.TrimSpace(p.Asked.Get("age")); text != "" {
		minutes, err := strconv.Atoi(text)
		if err != nil || minutes < 0 || minutes > 525600 {
			return nil, typed.Wrong("age", "must be a number of minutes")
		}
		asked.Set("age", strconv.Itoa(60*minutes))
	}
	return asked, p.asks(v, strings.TrimSpace(p.Asked.Get("who")), asked)
}

// asks finds out who is meant: a person by address or id, a service account by its id, or nobody.
func (p *simulatePage) asks(v *guard.Visit, who string, asked url.Values) error {
	switch {
	case who == "":
		return nil
	case strings.HasPrefix(who, "usr_"):
		asked.Set("user", who)
		return nil
	case !strings.Contains(who, "@"):
		asked.Set("service", who)
		return nil
	}
	found, err := guard.Ask[admin.Page[wire.ListedUser]](v, "listUsers", admin.Input{Query: url.Values{"search": {who}, "limit": {"2"}}})
	if err != nil {
		return err
	}
	for _, u := range found.Body.Items {
		if strings.EqualFold(u.Email, who) {
			asked.Set("user", string(u.ID))
			p.Email = u.Email
			return nil
		}
	}
	return typed.Wrong("who", "names nothing that there is")
}

// asTyped is err with the names of the inputs. A request that nobody may send can be typed anew.
func asTyped(err error) error {
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind == fault.Malformed {
		return &fault.Error{Kind: fault.Invalid, Code: f.Code, Detail: f.Detail}
	}
	return renamed(err, map[string]string{"user": "who", "service": "who"})
}

// command asks the same.
func (p *simulatePage) command(asked url.Values) string {
	method := asked.Get("method")
	if method == "" {
		method = http.MethodGet
	}
	who := []string{"--as-service", asked.Get("service")}
	switch {
	case asked.Has("user") && p.Email != "":
		who = []string{"--as", p.Email}
	case asked.Has("user"):
		who = []string{"--as", asked.Get("user")}
	case !asked.Has("service"):
		return guard.Command("route", "test", method, asked.Get("url"))
	}
	words := append([]string{"route", "explain", method, asked.Get("url")}, who...)
	for _, name := range []string{"acr", "at", "ip"} {
		if text := asked.Get(name); text != "" && text != proof.AAL1.String() {
			words = append(words, "--"+name, text)
		}
	}
	if text := asked.Get("age"); text != "" && text != "0" {
		words = append(words, "--age", text+"s")
	}
	return guard.Command(append(words, ofThing(asked.Get("resource"))...)...)
}

// ofThing are the flags that say what is known of a thing, a JSON object.
func ofThing(text string) (flags []string) {
	var known map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &known) != nil {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(known)) {
		flags = append(flags, "--resource", name+":="+string(known[name]))
	}
	return flags
}

// simulatePage asks what becomes of a request, and tells.
type simulatePage struct {
	guard.Frame
	Asked   url.Values
	Methods []string
	Now     time.Time
	Email   string // of the person who asks
	Answer  *wire.GateAnswer
	Grant   string // the form that gives them what is missing; "": nothing is, or the visitor may not
}

func (p simulatePage) Head(say *words.Catalogue) view.Head {
	return part.Head(say.ConsoleRoutes.SimulateTitle)
}
func (p simulatePage) Body() templ.Component { return simulateBody(p) }

// fields are the question.
func (p simulatePage) fields(say *words.Catalogue) []part.Field {
	w, get := say.ConsoleRoutes, p.Asked.Get
	all := []part.Field{
		{ID: "method", Label: w.Method, Kind: part.Choose, Value: get("method"), Options: options(p.Methods)},
		{ID: "url", Label: w.URL, Value: get("url"), Literal: true, Max: 2048, Complete: "off", Hint: w.URLHint},
		{ID: "who", Label: w.Who, Value: get("who"), Literal: true, Optional: true, Max: 320, Complete: "off", Hint: w.WhoHint},
		{ID: "acr", Label: w.Proved, Kind: part.Choose, Value: get("acr"), Options: []part.Option{{Value: "aal1", Label: w.ByPassword}, {Value: "aal2", Label: w.ByTwo}}},
		{ID: "age", Label: w.Age, Kind: "number", Value: get("age"), Unit: w.Minutes, Optional: true},
		{ID: "at", Label: w.At, Kind: "datetime-local", Value: get("at"), Optional: true},
		{ID: "ip", Label: w.IP, Value: get("ip"), Literal: true, Optional: true, Max: 64, Complete: "off"},
		{ID: "resource", Label: w.Thing, Value: get("resource"), Literal: true, Optional: true, Max: 4000, Complete: "off", Hint: w.ThingHint},
	}
	return p.Draw(say, part.Form{Fields: all}).Fields
}

// problems are what was wrong with the question and stands at no input.
func (p simulatePage) problems(say *words.Catalogue) []string {
	return p.Draw(say, part.Form{Fields: p.fields(say)}).Wrong
}

func options(all []string) (found []part.Option) {
	for _, one := range all {
		found = append(found, part.Option{Value: one, Label: one})
	}
	return found
}

// renamed is err with its fields at the inputs of other names.
func renamed(err error, names map[string]string) error {
	return fault.Renamed(err, func(f fault.Field) fault.Field {
		f.Name = strings.TrimPrefix(f.Name, "?") // a parameter
		if to := names[f.Name]; to != "" {
			f.Name = to
		}
		return f
	})
}
