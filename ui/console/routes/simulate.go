package routes

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
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
			p.Command = p.command()
			return http.StatusOK, nil
		}
	}
	status, ok := v.Reject(&p.Frame, asTyped(err))
	if !ok {
		return 0, err
	}
	return status, nil
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
			return nil, wrong("at", "is no time")
		}
		asked.Set("at", at.UTC().Format(time.RFC3339))
	}
	if text := strings.TrimSpace(p.Asked.Get("age")); text != "" {
		minutes, err := strconv.Atoi(text)
		if err != nil || minutes < 0 || minutes > 525600 {
			return nil, wrong("age", "must be a number of minutes")
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
	return wrong("who", "names nothing that there is")
}

// asTyped is err with the names of the inputs. A request that nobody may send can be typed anew.
func asTyped(err error) error {
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind == fault.Malformed {
		return &fault.Error{Kind: fault.Invalid, Code: f.Code, Detail: f.Detail}
	}
	return renamed(err, map[string]string{"user": "who", "service": "who"})
}

// command asks the same.
func (p *simulatePage) command() string {
	method := p.Asked.Get("method")
	if method == "" {
		method = http.MethodGet
	}
	if p.Email == "" {
		return guard.Command("route", "test", method, p.Asked.Get("url"))
	}
	return guard.Command("route", "explain", method, p.Asked.Get("url"), "--as", p.Email)
}
