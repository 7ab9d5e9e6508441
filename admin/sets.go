package admin

import (
	"context"
	"encoding/json"
	"net/http"

	"gatehouse/apply"
	"gatehouse/caller"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/wire"
)

// MaxSet bounds the body of a request with a set, and maxSetAnswer the answer with one,
// in bytes.
const (
	MaxSet       = 8 << 20
	maxSetAnswer = 32 << 20
)

// sets adds the routes by which a house is described as a whole. Their permissions let
// somebody ask; each kind needs its own besides.
func (d *Door) sets() {
	add(d, Route{Method: http.MethodPost, Path: "/apply", ID: "apply", Permission: "config:apply", Summary: "Make the house be as objects say, or only tell what that would change", Secret: true, Commits: true, Heavy: true, Large: true}, d.applySet)
	add(d, Route{Method: http.MethodGet, Path: "/export", ID: "export", Permission: "config:read", Summary: "See what the house holds, as objects that apply takes", Heavy: true, Large: true}, d.exportSet)
}

// SetObject is a thing as it shall be, or is.
type SetObject struct {
	APIVersion string       `json:"apiVersion" enum:"gatehouse/v1"`
	Kind       string       `json:"kind" enum:"Organisation,Group,API,Role,Scope,Client,ServiceAccount,Membership,Grant,Upstream,Route,Edge"`
	Metadata   *SetMetadata `json:"metadata,omitempty" doc:"Of all but a Membership"`
	Spec       any          `json:"spec" doc:"What docs/apply.md says of the kind"`
}

// SetMetadata names an object.
type SetMetadata struct {
	ID string `json:"id" maxLength:"255"`
}

// SetApply is a set, and what shall be done with it.
type SetApply struct {
	Set     string      `json:"set" maxLength:"64" doc:"The name under which it manages what it makes"`
	Objects []SetObject `json:"objects" maxItems:"50000"`
	Prune   bool        `json:"prune,omitempty" doc:"Remove what it made and names no more"`
	Adopt   bool        `json:"adopt,omitempty" doc:"Manage what is there already"`
	Plan    bool        `json:"plan,omitempty" doc:"Only tell what would change"`
	Digest  string      `json:"digest,omitempty" maxLength:"64" doc:"Of the plan that somebody agreed to: where another one would be carried out, nothing is done"`
}

// SetPlan is what a set changes, or would.
type SetPlan struct {
	Set      string       `json:"set"`
	Changes  []SetChange  `json:"changes"`
	Digest   string       `json:"digest"`
	Warnings []SetWarning `json:"warnings,omitempty" doc:"What works, and may not be what was meant"`
	Secrets  []SetSecret  `json:"secrets" doc:"The first secrets of new applications, which nobody sees again"`
}

// SetChange is one thing of a plan.
type SetChange struct {
	Action string     `json:"action" enum:"create,update,delete,adopt,ended"`
	Kind   string     `json:"kind"`
	ID     string     `json:"id"`
	Fields []SetField `json:"fields,omitempty"`
}

// SetWarning is something of a set that works, and may not be what was meant.
type SetWarning struct {
	Kind    string `json:"kind"`
	ID      string `json:"id"`
	Field   string `json:"field"`
	Problem string `json:"problem"`
}

// SetField is a field of a specification, before and after; null is none.
type SetField struct {
	Name   string `json:"name"`
	Before any    `json:"before"`
	After  any    `json:"after"`
}

// SetSecret is the first secret of an application.
type SetSecret struct {
	Client id.Client   `json:"client_id"`
	Secret wire.Secret `json:"client_secret"`
}

type applyIn struct{ Body SetApply }

// PlanOut is the answer with a plan.
type PlanOut struct{ Body SetPlan }

func (d *Door) applySet(ctx context.Context, c *Call, in *applyIn) (*PlanOut, error) {
	set, err := c.set(in.Body.Set)
	if err != nil {
		return nil, err
	}
	may := func(permission string) error { return c.MayOn(permission, caller.On{}) }
	o := apply.Options{Prune: in.Body.Prune, Adopt: in.Body.Adopt, Within: c.keep}
	if in.Body.Plan {
		plan, err := d.Applies.Plan(ctx, c.By, set, o, may)
		if err != nil {
			return nil, err
		}
		return &PlanOut{shapeOf(plan, nil)}, nil
	}
	done, err := d.Applies.Apply(ctx, c.By, set, o, may, in.Body.Digest)
	if err != nil {
		return nil, err
	}
	return &PlanOut{shapeOf(done.Plan, done.Secrets)}, nil
}

// set reads the objects from the body as strictly as files are read.
func (c *Call) set(name string) (apply.Set, error) {
	var in struct {
		Objects []json.RawMessage `json:"objects"`
	}
	if err := json.Unmarshal(c.body, &in); err != nil {
		return apply.Set{}, unreadable("The body cannot be read as JSON: " + err.Error() + ".")
	}
	set := apply.Set{Name: name, Objects: make([]apply.Object, len(in.Objects))}
	for i, text := range in.Objects {
		if err := json.Unmarshal(text, &set.Objects[i]); err != nil {
			return set, &fault.Error{
				Kind: fault.Invalid, Code: "request.invalid", Detail: "The request breaks a rule.",
				Fields: []fault.Field{{Name: fault.Object(i, ""), Problem: err.Error()}},
			}
		}
	}
	return set, nil
}

func shapeOf(p *apply.Plan, secrets []apply.Secret) SetPlan {
	w := SetPlan{Set: p.Set, Changes: make([]SetChange, len(p.Changes)), Digest: p.Digest, Secrets: []SetSecret{}}
	for _, one := range p.Warnings {
		w.Warnings = append(w.Warnings, SetWarning{string(one.Kind), one.ID, one.Field, one.Problem})
	}
	for i, one := range p.Changes {
		w.Changes[i] = SetChange{Action: string(one.Action), Kind: string(one.Kind), ID: one.ID}
		for _, f := range one.Fields {
			w.Changes[i].Fields = append(w.Changes[i].Fields, SetField{f.Name, orNull(f.Before), orNull(f.After)})
		}
	}
	for _, one := range secrets {
		w.Secrets = append(w.Secrets, SetSecret{one.Client, wire.Secret(one.Text)})
	}
	return w
}

func orNull(value json.RawMessage) any {
	if len(value) == 0 {
		return nil
	}
	return value
}

// SetExport is all that a house holds.
type SetExport struct {
	Objects []SetObject `json:"objects"`
}

// ExportOut is the answer with an export.
type ExportOut struct{ Body SetExport }

func (d *Door) exportSet(ctx context.Context, c *Call, _ *struct{}) (*ExportOut, error) {
	for _, kind := range apply.Kinds {
		if err := c.May(kind.Reading()); err != nil {
			return nil, err
		}
	}
	if err := c.May(apply.ReadPeople); err != nil { // they are named by their addresses
		return nil, err
	}
	out := &ExportOut{SetExport{[]SetObject{}}}
	err := d.Applies.Export(ctx, func(o apply.Object) error {
		one := SetObject{APIVersion: apply.Version, Kind: string(o.Kind), Spec: o.Spec}
		if o.ID != "" {
			one.Metadata = &SetMetadata{o.ID}
		}
		out.Body.Objects = append(out.Body.Objects, one)
		return nil
	})
	return out, err
}
