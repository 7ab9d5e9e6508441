package pdp

import (
	"fmt"
	"strings"
	"time"

	"gatehouse/access"
	"gatehouse/caller"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/proof"
)

// Bounds of what names something, in bytes.
const (
	maxName = 128
	maxID   = 512
)

// wrong is a member that is missing or of another type than it must be.
func wrong(member, problem string) *fault.Error {
	return &fault.Error{
		Kind: fault.Malformed, Code: "evaluation.invalid", Detail: member + " " + problem + ".",
		Fields: []fault.Field{{Name: member, Problem: problem}},
	}
}

// unknown is a question about what there cannot be.
func unknown(member, problem string) *fault.Error {
	f := wrong(member, problem)
	f.Code = "evaluation.unknown"
	return f
}

// entities are the parts of a question (Authorization API 1.0 section 5), as they were
// sent.
type entities struct{ subject, action, resource, context part }

// part is a member of an object, if it is there; one that is null is there.
type part struct {
	value any
	there bool
}

// partOf returns the member of o, or what stands in for one that is not there.
func partOf(o object, name string, otherwise part) part {
	if v, ok := o[name]; ok {
		return part{v, true}
	}
	return otherwise
}

// entitiesOf takes those of o, and those of defaults that o has not.
func entitiesOf(o object, defaults entities) entities {
	return entities{
		subject: partOf(o, "subject", defaults.subject), action: partOf(o, "action", defaults.action),
		resource: partOf(o, "resource", defaults.resource), context: partOf(o, "context", defaults.context),
	}
}

// reading gathers a question from its entities. It remembers the first thing that is
// wrong.
type reading struct {
	q     *access.Question
	reach caller.Reach
	err   error
}

// fail notes what is wrong.
func (r *reading) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// needs says which members a question must have.
type needs struct{ subjectID, action, resourceID bool }

// everything is what an evaluation needs.
var everything = needs{subjectID: true, action: true, resourceID: true}

// question reads the question that e asks. Without an action, its Permission is the
// resource alone, "shop/orders".
func (c *call) question(e entities, reach caller.Reach, n needs) (*access.Question, error) {
	r := &reading{q: &access.Question{Now: c.now, Meter: &c.meter}, reach: reach}
	r.subject(member("subject", e.subject, true), n.subjectID)
	r.resource(member("resource", e.resource, true), n.resourceID)
	if n.action {
		r.action(member("action", e.action, true))
	}
	r.context(member("context", e.context, false))
	return r.q, r.err
}

// found is an object of a request, under the name by which complaints call it.
type found struct {
	name string
	object
	err error
}

func member(name string, p part, needed bool) found {
	o, ok := p.value.(object)
	switch {
	case ok:
		return found{name: name, object: o}
	case p.there:
		return found{err: wrong(name, "must be an object")}
	case needed:
		return found{err: wrong(name, "is missing")}
	}
	return found{name: name}
}

// text reads a member that is text of at most so many bytes. An empty text is none.
func (r *reading) text(f found, name string, most int, needed bool) string {
	v, ok := f.object[name]
	text, isText := v.(string)
	switch {
	case f.err != nil:
		r.fail(f.err)
	case !ok && needed:
		r.fail(wrong(f.name+"."+name, "is missing"))
	case ok && !isText:
		r.fail(wrong(f.name+"."+name, "must be text"))
	case ok && text == "" && needed:
		r.fail(wrong(f.name+"."+name, "is empty"))
	case len(text) > most:
		r.fail(wrong(f.name+"."+name, fmt.Sprintf("is longer than %d bytes", most)))
	}
	return text
}

// properties reads what is told of something. Null is what is not told (section 11.5).
func (r *reading) properties(f found) map[string]any {
	v, ok := f.object["properties"]
	if !ok {
		return nil
	}
	all, isObject := v.(object)
	if !isObject {
		r.fail(wrong(f.name+".properties", "must be an object"))
		return nil
	}
	for name, value := range all {
		if value == nil {
			delete(all, name)
		}
	}
	return all
}

// subjects are the types of those who can act.
var subjects = map[string]access.Kind{"user": access.User, "service": access.ServiceAccount, "client": access.Client}

func (r *reading) subject(f found, withID bool) {
	kind, ok := subjects[r.text(f, "type", maxName, true)]
	if r.err == nil && !ok {
		r.fail(unknown("subject.type", "must be user, service or client"))
	}
	r.properties(f)
	if r.q.Principal.Kind = kind; !withID {
		return // what it says is not looked at (section 8.4.1)
	}
	r.q.Principal.ID = r.text(f, "id", maxName, true)
	if r.err == nil && kind == access.User && id.UserOf(r.q.Principal.ID) == "" {
		r.fail(unknown("subject.id", "must be the id of a person, as the sub of their tokens has it: usr_… and no address"))
	}
}

// resource reads the type, which is API/RESOURCE, or RESOURCE alone where the caller
// may ask about one API only.
func (r *reading) resource(f found, withID bool) {
	kind := r.text(f, "type", maxName, true)
	api, _, ok := strings.Cut(kind, "/")
	if !ok {
		if api = r.reach.Only(); api != "" {
			kind = api + "/" + kind
		}
	}
	switch {
	case r.err != nil:
	case api == "":
		r.fail(unknown("resource.type", "must be API/RESOURCE, such as shop/orders"))
	case ok && !r.reach.Has(api):
		r.fail(caller.Outside())
	}
	r.q.Permission = kind
	r.q.Resource.Attrs = r.properties(f)
	if withID {
		r.q.Resource.ID = r.text(f, "id", maxID, true)
	}
}

func (r *reading) action(f found) {
	r.q.Permission += ":" + r.text(f, "name", maxName, true)
	r.properties(f)
}

// context reads what is known of the call. Its members are named as the claims of the
// token that came with it.
func (r *reading) context(f found) {
	if f.err != nil {
		r.fail(f.err)
		return
	}
	if len(f.object) == 0 {
		return
	}
	q := r.q
	q.Level, _ = proof.ParseLevel(r.text(f, "acr", maxName, false)) // a level of somebody else's is none of ours
	q.AuthTime = r.moment(f, "auth_time")
	q.Session = id.Session(r.text(f, "sid", maxName, false))
	q.Client = id.Client(r.text(f, "client_id", maxName, false))
	q.Org = r.text(f, "org", maxName, false)
	if _, ok := f.object["scope"]; ok {
		q.Delegated, q.Scopes = true, strings.Fields(r.text(f, "scope", 4<<10, false))
	}
	if at := r.moment(f, "time"); at.After(q.Now) {
		q.Now = at
	}
	if request := member("context.request", partOf(f.object, "request", part{}), false); request.object != nil || request.err != nil {
		q.Request = access.Request{Method: r.text(request, "method", maxName, false), Path: r.text(request, "path", 4<<10, false), IP: r.text(request, "ip", maxName, false)}
	}
}

// moments are the ways in which a time is written; the specification's examples have
// no seconds.
var moments = []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00"}

// earliest and latest bound the moments that anybody asks about.
var earliest, latest = time.Unix(0, 0), time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)

// moment reads a time: text, or seconds since 1970 as tokens have them.
func (r *reading) moment(f found, name string) time.Time {
	v, ok := f.object[name]
	if !ok {
		return time.Time{}
	}
	t := momentOf(v)
	if t.Before(earliest) || t.After(latest) {
		r.fail(wrong(f.name+"."+name, "must be a time, such as 2026-12-24T18:00:00Z, or seconds since 1970"))
		return time.Time{}
	}
	return t
}

// momentOf reads what is written like a time; the zero time is anything else.
func momentOf(v any) time.Time {
	switch v := v.(type) {
	case float64:
		if v >= 0 && v <= float64(latest.Unix()) {
			return time.Unix(int64(v), 0)
		}
	case string:
		for _, layout := range moments {
			if t, err := time.Parse(layout, v); err == nil {
				return t
			}
		}
	}
	return time.Time{}
}
