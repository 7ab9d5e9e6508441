package proxy

import (
	"math/rand/v2"
	"time"

	"gatehouse/access"
	"gatehouse/fault"
)

// Entry is a decision as the log of decisions has it, a line of JSON each. It has all that
// the decision depended on but the policy and the routes, so that it can be made again by
// others.
type Entry struct {
	At       time.Time      `json:"ts"`
	ID       string         `json:"id"` // of the request
	Route    string         `json:"route"`
	Mode     string         `json:"mode"`
	Decision string         `json:"decision"`      // allow, own, filter, deny, challenge, unknown, error or public; limited in the shadow
	MCP      bool           `json:"mcp,omitempty"` // it depended on a body, too
	Reason   string         `json:"reason,omitempty"`
	Code     string         `json:"code,omitempty"` // of the refusal, whatever the decision was; in the shadow of what would have been one
	Shadow   bool           `json:"shadow,omitempty"`
	Stale    bool           `json:"stale,omitempty"`
	Subject  string         `json:"sub,omitempty"`
	Kind     string         `json:"kind,omitempty"`
	Key      string         `json:"key,omitempty"` // a personal token is good for less than its person
	Via      string         `json:"via,omitempty"` // by whose word the subject is known, if not by ours
	Client   string         `json:"client,omitempty"`
	Session  string         `json:"sid,omitempty"`
	ACR      string         `json:"acr,omitempty"`
	AMR      []string       `json:"amr,omitempty"`
	AuthTime int64          `json:"auth_time,omitempty"`
	Scopes   []string       `json:"scopes,omitempty"`
	Token    bool           `json:"token,omitempty"` // that speaks for the subject
	Perm     string         `json:"perm,omitempty"`
	Org      string         `json:"org,omitempty"`
	Resource string         `json:"resource,omitempty"`
	Attrs    map[string]any `json:"attrs,omitempty"` // what was fetched of it
	Method   string         `json:"method"`
	Host     string         `json:"host"`
	Path     string         `json:"path"`
	IP       string         `json:"ip"`
	Grant    string         `json:"grant,omitempty"`
	Version  uint64         `json:"pv,omitempty"`
	Routes   string         `json:"routes,omitempty"` // the hash of the set
	Until    time.Time      `json:"until,omitzero"`
}

// Decisions keeps what was decided; house's does. It must not wait.
type Decisions interface {
	Decided(e *Entry)
	// Sample is the part of what is allowed that is kept, from 0 to 1.
	Sample() float64
}

// maxAttrs bounds what an entry keeps of a resource.
const maxAttrs = 16

// keepDecision hands the decision to the log: all that was refused, with why it was, and
// some of what was allowed. Who was refused for how often they ask was not decided about.
func (p *passage) keepDecision(why error) {
	log, v := p.door.Decisions, &p.decision
	if log == nil || v.outcome == "" || v.outcome == "limited" && !v.over {
		return
	}
	if (v.outcome == access.Allowed.String() || v.outcome == "public") && why == nil && !v.passes() && !v.stale {
		if rate := log.Sample(); rate <= 0 || rate < 1 && rand.Float64() >= rate {
			return
		}
	}
	log.Decided(p.entry(why))
}

// codeOf is the code of the fault by which err is told.
func codeOf(err error) string {
	if code := fault.CodeOf(err); code != "" {
		return code
	}
	return errBroke.Code
}

func (p *passage) entry(why error) *Entry {
	r, v := p.match.Route, &p.decision
	d := &v.decision
	e := &Entry{
		At: p.start.UTC(), ID: string(p.info.ID), Route: r.ID, Mode: r.Mode.String(), Decision: v.outcome, Reason: string(d.Reason), Shadow: v.passes(), Stale: v.stale,
		Code: v.why, Perm: v.permission, Org: r.Org.In(&p.match), Resource: r.Resource.In(&p.match), Attrs: v.attributes, Method: p.r.Method, Host: p.request.host,
		Path: p.request.path.String(), IP: p.info.IP, MCP: r.MCP != nil, Grant: string(d.Grant), Version: d.Version, Routes: p.set.Hash(), Until: d.Until,
	}
	if why != nil {
		e.Code = codeOf(why)
	}
	switch {
	case v.over: // nothing was decided that counts
		e.Reason = ""
	case v.own:
		e.Decision = "own"
	case v.filter != "":
		e.Decision = "filter"
	}
	if len(e.Attrs) > maxAttrs {
		e.Attrs = nil
	}
	if c := p.caller; c != nil {
		e.Subject, e.Kind, e.Client, e.Session = c.Subject.ID, string(c.Subject.Kind), c.Client(), c.Session()
		e.ACR, e.AuthTime = c.Proof()
		e.Via = c.Via()
		e.AMR, e.Scopes, e.Token = c.Methods(), c.Scopes(), c.Delegated()
		if c.Personal() {
			e.Key = string(c.Key)
		}
	}
	return e
}
