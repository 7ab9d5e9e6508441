package gate

// filterAssertion is the one way in which an upstream is told what a list may show.
const filterAssertion = "assertion"

// filters reads whether a route is a list that its upstream narrows. An upstream that does
// not know of filters would show all of it, so that it has to say that it does.
func (c *compiler) filters(r *Route, spec *ResourceSpec) {
	if spec.Filter == "" {
		return
	}
	const field = "spec.authorize.resource.filter"
	if spec.Filter != filterAssertion {
		c.problem(field, "must be assertion")
	}
	r.Filter = true
	if r.Public {
		c.problem(field, "is there, and spec.public is true; a public route asks nothing of a resource")
	}
	if r.Fetch != nil || r.Defer || !r.Resource.IsZero() {
		c.problem(field, "is there beside what is asked of one resource; a list is of many")
	}
	if r.Stream != nil {
		c.problem(field, "is there beside spec.stream; a list that goes on would go on by what its caller could see at its beginning")
	}
	for _, method := range r.Methods {
		if method != "GET" && method != "HEAD" {
			c.problem(field, "is there, and the route takes %s; only what shows something is narrowed by a filter", method)
		}
	}
	if r.Upstream != nil && !r.Upstream.Filters {
		c.problem(field, "is there, and the upstream %s does not say identity.filters: true; one that knows of no filters shows everything", r.Upstream.ID)
	}
}
