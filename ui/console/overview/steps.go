package overview

import (
	"net/url"
	"strings"

	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/wire"
)

const pathSteps = guard.Root + "/first-steps"

// hidden is the cookie of a browser that does not want to see the first steps any more.
const hidden = "gatehouse_first_steps"

// firstSteps is what a new Gatehouse still needs, as far as the visitor may know.
type firstSteps struct {
	HTTPS, Second, Guarded, Application, Checkpoints step
}

// step is done, to be done, or not for the visitor to know.
type step int

const (
	unknown step = iota
	todo
	done
)

func stepOf(is bool) step {
	if is {
		return done
	}
	return todo
}

// left is how much is to be done.
func (f *firstSteps) left() (n int) {
	for _, s := range []step{f.HTTPS, f.Second, f.Guarded, f.Application, f.Checkpoints} {
		if s == todo {
			n++
		}
	}
	return n
}

// askSteps finds out what is to be done, for whoever did not hide it.
func askSteps(v *guard.Visit, page *overviewPage) error {
	if v.Kept(hidden) == "yes" {
		return nil
	}
	f := &firstSteps{}
	for operation, ask := range map[string]func(*guard.Visit) error{"getSetting": f.settings, "listGrants": f.administrators, "listClients": f.applications} {
		if v.Can(operation, nil) {
			if err := ask(v); err != nil {
				return err
			}
		}
	}
	if page.Attention != nil {
		f.Guarded = stepOf(len(page.Attention.Unguarded) == 0)
	}
	if f.left() > 0 {
		page.Steps = f
	}
	return nil
}

func (f *firstSteps) settings(v *guard.Visit) error {
	for key, check := range map[string]func(value string){
		"issuer":                func(value string) { f.HTTPS = stepOf(strings.HasPrefix(value, "https://")) },
		"audit.checkpoint_file": func(value string) { f.Checkpoints = stepOf(value != "") },
	} {
		found, err := guard.Ask[admin.One[wire.Setting]](v, "getSetting", admin.Input{Path: guard.On("setting", key)})
		if err != nil {
			return err
		}
		check(found.Body.Value)
	}
	return nil
}

// administrators looks whether a second person administers, who lets the first in again.
func (f *firstSteps) administrators(v *guard.Visit) error {
	found, err := guard.Ask[admin.Page[wire.Grant]](v, "listGrants", admin.Input{Query: url.Values{"role": {"gatehouse/administrator"}, "state": {"active"}, "limit": {"2"}}})
	if err != nil {
		return err
	}
	f.Second = stepOf(len(found.Body.Items) > 1)
	return nil
}

// applications looks for one besides the console itself.
func (f *firstSteps) applications(v *guard.Visit) error {
	found, err := guard.Ask[admin.Page[wire.ClientState]](v, "listClients", admin.Input{Query: url.Values{"limit": {"2"}}})
	if err != nil {
		return err
	}
	f.Application = todo
	for _, c := range found.Body.Items {
		if c.ID != "gatehouse-console" {
			f.Application = done
		}
	}
	return nil
}

// hide keeps the first steps from this browser.
func (d *Door) hide(v *guard.Visit) error {
	v.Keep(hidden, "yes")
	return v.Done(guard.Root, "hidden")
}

// noSteps is for who comes to the path of the form.
func (d *Door) noSteps(v *guard.Visit) error { return v.Done(guard.Root, "") }
