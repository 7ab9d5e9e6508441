package access

import (
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
)

// condition is a CEL expression. It is compiled when it is first asked: a house
// may have thousands that nobody asks.
type condition struct {
	source string

	once    sync.Once
	program cel.Program // nil when it does not compile
	clock   bool        // whether it reads the local time
}

func (c *condition) compiled() cel.Program {
	c.once.Do(func() {
		if checked, err := check(c.source); err == nil {
			c.clock = strings.Contains(c.source, "local") // a text that says so too: that costs a second look, no wrong answer
			c.program, _ = checked.program()              // nil with the error
		}
	})
	return c.program
}

// readsClock reports whether the answer depends on the local time.
func (c *condition) readsClock() bool {
	c.compiled()
	return c.clock
}

// ask evaluates the condition. Whatever goes wrong is unknown: an attribute that
// was not given, another type than expected, an expression that does not compile.
func (c *condition) ask(j judgement) verdict {
	v, _ := c.evaluate(j)
	return v
}

func (c *condition) evaluate(j judgement) (verdict, error) {
	p := c.compiled()
	if p == nil {
		return unknown, nil
	}
	out, _, err := p.Eval(&facts{j})
	if err != nil {
		return unknown, err
	}
	holds, ok := out.Value().(bool)
	if !ok {
		return unknown, nil
	}
	return verdictOf(holds), nil
}

const noSuchKey = "no such key: "

// lacks names the attribute that the expression asked for and was not given.
func (c *condition) lacks(j judgement) string {
	_, err := c.evaluate(j)
	if err == nil {
		return ""
	}
	_, name, _ := strings.Cut(err.Error(), noSuchKey)
	return short(name)
}

// facts are what an expression may ask, looked up when it does.
type facts struct{ j judgement }

// Parent implements cel.Activation.
func (*facts) Parent() cel.Activation { return nil }

// ResolveName implements cel.Activation.
func (f *facts) ResolveName(name string) (any, bool) {
	q := f.j.q
	switch name {
	case "principal.id":
		return q.Principal.ID, true
	case "principal.kind":
		return string(q.Principal.Kind), true
	case "principal.groups":
		return f.groups(), true
	case "session.acr":
		return q.Level.String(), true
	case "client":
		return string(q.client()), true
	case "org":
		return q.Org, true
	case "resource":
		return f.resource(), true
	case "request.method":
		return q.Request.Method, true
	case "request.path":
		return q.Request.Path, true
	case "request.ip":
		return q.Request.IP, true
	case now:
		return moment(f.j.now), true
	}
	return nil, false
}

// resource is what is known of the resource: its attributes, and its id.
func (f *facts) resource() map[string]any {
	r := f.j.q.Resource
	if r.ID == "" {
		return r.Attrs
	}
	all := make(map[string]any, len(r.Attrs)+1)
	for k, v := range r.Attrs {
		all[k] = v
	}
	all["id"] = r.ID
	return all
}

// groups lists the ids of the groups that the principal is in.
func (f *facts) groups() []string {
	ids := make([]string, 0, len(f.j.e.in))
	for _, in := range f.j.e.in {
		if in.Kind == Group {
			ids = append(ids, in.ID)
		}
	}
	return ids
}
