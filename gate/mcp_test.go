package gate

import "testing"

func TestAnMCPServerIsReadOrRefusedWithAWord(t *testing.T) {
	t.Parallel()
	server := func(change ...func(*RouteSpec)) []Object {
		r := &RouteSpec{
			Match:     MatchSpec{Hosts: []string{"mcp.test"}, Paths: []string{"/mcp"}, Methods: []string{"POST"}},
			Authorize: AuthorizeSpec{API: "shop", Permission: "orders:read"}, Upstream: "up",
			MCP: &MCPSpec{
				Resource: "https://mcp.test/mcp", Scopes: []string{"mcp"},
				Tools: []ToolSpec{{Match: []string{"get_*", "list"}, Permission: "orders:read"}, {Match: []string{"get_secret", "get_sec*"}, Permission: "orders:write"}},
			},
		}
		for _, f := range change {
			f(r)
		}
		return []Object{{ID: "mcp", Route: r}, {ID: "up", Upstream: &UpstreamSpec{Targets: []string{"http://127.0.0.1:9000"}}}}
	}
	set, err := Compile(server())
	if err != nil {
		t.Fatal(err)
	}
	m := set.Routes()[0].MCP
	for name, want := range map[string]string{"get_order": "shop/orders:read", "get_secret": "shop/orders:write", "get_sector": "shop/orders:write", "list": "shop/orders:read", "list_all": "", "get": "", "": "", "get_": "shop/orders:read"} {
		if tool, ok := m.Tool(name); tool.Permission != want || ok != (want != "") {
			t.Errorf("%q: %+v %t, want %s", name, tool, ok, want)
		}
	}
	if m.Metadata() != "https://mcp.test/.well-known/oauth-protected-resource/mcp" || set.Protected("mcp.test", "/.well-known/oauth-protected-resource/mcp") != m || set.Protected("mcp.test", "/.well-known/oauth-protected-resource") != nil {
		t.Error(m.Metadata())
	}
	root := server(func(r *RouteSpec) { r.Match.Paths, r.MCP.Resource = []string{"/"}, "https://mcp.test" })
	if set, err := Compile(root); err != nil || set.Protected("mcp.test", "/.well-known/oauth-protected-resource") == nil {
		t.Error(err)
	}
	off, err := Compile(server(func(r *RouteSpec) { r.Mode = "off" }))
	if err != nil || off.Protected("mcp.test", "/.well-known/oauth-protected-resource/mcp") != nil {
		t.Error("a route that is off has metadata")
	}
	const field = "objects[0].spec.mcp"
	for name, c := range map[string]struct {
		change func(*RouteSpec)
		want   string
	}{
		"exchange":              {func(r *RouteSpec) { r.MCP.Exchange = "https://api.test" }, field + ".exchange"},
		"dpop":                  {func(r *RouteSpec) { r.MCP.DPoP = "optional" }, field + ".dpop"},
		"for browsers":          {func(r *RouteSpec) { r.Authn = []string{"session"} }, field},
		"of one thing":          {func(r *RouteSpec) { r.Authorize.Resource.ID = "x" }, field},
		"another method":        {func(r *RouteSpec) { r.Match.Methods = []string{"POST", "PUT"} }, field},
		"that lasts":            {func(r *RouteSpec) { r.Stream.SSE = true }, field},
		"no resource":           {func(r *RouteSpec) { r.MCP.Resource = "" }, field + ".resource"},
		"two scopes in one":     {func(r *RouteSpec) { r.MCP.Scopes = []string{"a b"} }, field + ".scopes[0]"},
		"a scope in quotes":     {func(r *RouteSpec) { r.MCP.Tools[1].Scope = `a"` }, field + ".tools[1].scope"},
		"http":                  {func(r *RouteSpec) { r.MCP.Resource = "http://mcp.test/mcp" }, field + ".resource"},
		"a slash at the end":    {func(r *RouteSpec) { r.MCP.Resource = "https://mcp.test/mcp/" }, field + ".resource"},
		"another host":          {func(r *RouteSpec) { r.MCP.Resource = "https://evil.test/mcp" }, field + ".resource"},
		"another path":          {func(r *RouteSpec) { r.MCP.Resource = "https://mcp.test/x" }, field + ".resource"},
		"a query":               {func(r *RouteSpec) { r.MCP.Resource = "https://mcp.test/mcp?x" }, field + ".resource"},
		"a tool twice":          {func(r *RouteSpec) { r.MCP.Tools[0].Match = []string{"a", "a"} }, field + ".tools[0].match"},
		"a star within":         {func(r *RouteSpec) { r.MCP.Tools[0].Match = []string{"a*b"} }, field + ".tools[0].match"},
		"a tool without a name": {func(r *RouteSpec) { r.MCP.Tools[0].Match = []string{""} }, field + ".tools[0].match"},
		"of no tool":            {func(r *RouteSpec) { r.MCP.Tools[0].Match = nil }, field + ".tools[0].match"},
		"asking for nothing":    {func(r *RouteSpec) { r.MCP.Tools[0].Permission = "" }, field + ".tools[0].permission"},
		"an id twice":           {func(r *RouteSpec) { r.MCP.Tools[0].Arguments = []string{"id"} }, field + ".tools[0].arguments"},
	} {
		if _, err := Compile(server(c.change)); about(err) != c.want {
			t.Errorf("%s: %s, want %s", name, about(err), c.want)
		}
	}
	two := server()
	other := *two[0].Route
	other.Match.Methods = []string{"GET"}
	if _, err := Compile(append(two, Object{ID: "other", Route: &other})); about(err) != "objects[2].spec.mcp.resource" {
		t.Errorf("two servers at one address: %v", err)
	}
}
