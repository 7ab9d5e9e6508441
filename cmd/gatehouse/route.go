package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/access"
	"gatehouse/config/manifest"
	"gatehouse/fault"
	"gatehouse/gate"
	"gatehouse/house"
	"gatehouse/proof"
	"gatehouse/proxy"
	"gatehouse/setting"
	"gatehouse/wire"
)

func (a *app) route() *cobra.Command {
	return explained(a.group("route", "Look at the routes of the gate, and at what they do with a request", a.routeList(), a.routeTest(), a.routeExplain(), a.routeShadow(), a.routeRefused(), a.routeReplay(), a.partDelete(gateRoute)),
		`Look at the routes of the gate: the files in the folder that gate.routes names, or
what the database has where it names none; or files elsewhere with --from, so that
what is not served yet can be tried before it is (docs/gate.md). Files with a fault
are shown with it, and exit code 1.`,
		`  gatehouse route list
  gatehouse route test GET https://api.example.com/orders/42 --from routes/`)
}

// routesFlag adds --from to a command.
func routesFlag(cmd *cobra.Command, from *string) {
	cmd.Flags().StringVar(from, "from", "", "read this `folder`, or file, instead of gate.routes")
}

// readRoutes reads the routes of a folder, or those of the configuration: its folder, or
// what the database has.
func (a *app) readRoutes(ctx context.Context, from string) (set *gate.Set, err error) {
	if from, err = a.routeFolder(from); err != nil {
		return nil, err
	}
	if from == "" {
		return set, a.withHouse(ctx, func(h *house.House) (err error) {
			set, err = h.StoredRoutes(ctx)
			return err
		})
	}
	files, err := manifest.Load(from, a.stdin)
	if err != nil {
		return nil, err
	}
	return house.ReadRoutes(files)
}

// routeFolder is where the files of the routes are, "" where they are in the database.
func (a *app) routeFolder(from string) (string, error) {
	if from != "" {
		return from, nil
	}
	cfg, _, err := a.commandConfig()
	return cfg.Gate.Routes, err
}

func (a *app) routeList() *cobra.Command {
	var from string
	cmd := a.printing(&cobra.Command{
		Use:   "list",
		Short: "List the routes of the gate, and what each asks for",
		Long: `List the routes of the gate in the order of their ids: which requests each takes,
what it asks of them, and where they go. Where the database can be asked, routes
that ask in vain are named: for a permission that no API has, or for client
certificates where the gate has no TLS.`,
		Example: `  gatehouse route list
  gatehouse route list --from routes/ --json`,
		Args: noArgs,
		RunE: a.action(func(ctx context.Context, _ []string) error {
			set, err := a.readRoutes(ctx, from)
			if err != nil {
				return err
			}
			missing, err := a.missing(ctx, set)
			if err != nil {
				return err
			}
			routes := listed(set, missing)
			return a.print(routes, func(out io.Writer) {
				tellRoutes(out, routes)
				warnOf(out, missing)
			})
		}),
	})
	routesFlag(cmd, &from)
	return cmd
}

// missing is what routes ask for in vain, by the policy as it is now. Where there is no
// database nobody can tell: routes in files are looked at before there is one.
func (a *app) missing(ctx context.Context, set *gate.Set) (missing []proxy.Missing, err error) {
	err = a.withHouse(ctx, func(h *house.House) error {
		policy, err := h.Snapshot(ctx)
		if err == nil {
			missing = missingOf(h, set, policy)
		}
		return err
	})
	if slices.Contains([]string{"store.not_found", "store.empty", "master_key.missing"}, fault.CodeOf(err)) {
		return nil, nil
	}
	return missing, err
}

func missingOf(h *house.House, set *gate.Set, policy *access.Snapshot) []proxy.Missing {
	return proxy.MissingOf(set, policy, h.Config.Web.TLS.CertFile != "")
}

// listed are the routes of a set as programs read them, each with what it asks for in vain.
func listed(set *gate.Set, missing []proxy.Missing) []wire.Route {
	vain := proxy.InVain(missing)
	routes := []wire.Route{}
	for _, r := range set.Routes() {
		w := wire.OfRoute(r)
		w.Missing = vain[r.ID]
		routes = append(routes, w)
	}
	return routes
}

func warnOf(out io.Writer, missing []proxy.Missing) {
	for _, m := range missing {
		row(out, "warning", m.String())
	}
}

func tellRoutes(out io.Writer, routes []wire.Route) {
	row(out, "ROUTE", "MODE", "METHODS", "ADDRESS", "ASKS FOR", "UPSTREAM")
	for _, r := range routes {
		asks := strings.Join(slices.Compact(slices.Sorted(maps.Values(r.Permissions))), ", ")
		if r.Public {
			asks = "nothing"
		}
		for _, host := range r.Hosts {
			for _, path := range r.Paths {
				row(out, r.ID, r.Mode, strings.Join(r.Methods, ","), host+path, asks, r.Upstream)
			}
		}
	}
}

func (a *app) routeTest() *cobra.Command {
	var from string
	cmd := a.printing(&cobra.Command{
		Use:   "test [METHOD URL]",
		Short: "Run the tests of the routes, or tell which route takes a request",
		Long: `Run the tests that stand in the routes, by the policy as it is now: exit code 1 if
one does not hold, as when a gate reads them. The files that they name (secrets,
certificates, authorities) are read, too. With a method and a URL, tell which
route takes such a request, what is captured of its path, what the route asks for
and where the request goes, or why it is refused before anybody is asked who they
are. The URL is taken as it is written, escapes and all.`,
		Example: `  gatehouse route test --from routes/
  gatehouse route test GET https://api.example.com/orders/42
  gatehouse route test GET https://api.example.com/orders/%2e%2e/products --from routes/`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return routeArgs(cmd, args)
		},
		RunE: a.action(func(ctx context.Context, args []string) error {
			if len(args) == 0 {
				return a.testRoutes(ctx, from)
			}
			set, err := a.readRoutes(ctx, from)
			if err != nil {
				return err
			}
			w, _, err := findRoute(set, args[0], args[1])
			if err != nil {
				return err
			}
			return a.print(w, func(out io.Writer) { tellRouted(out, w) })
		}),
	})
	routesFlag(cmd, &from)
	return cmd
}

// testedRoutes is a set whose tests hold.
type testedRoutes struct {
	Routes int    `json:"routes"`
	Tests  int    `json:"tests"`
	Hash   string `json:"hash"`
	// Missing is what routes ask for in vain.
	Missing []proxy.Missing `json:"missing,omitempty"`
}

// testRoutes runs the tests that stand in the routes.
func (a *app) testRoutes(ctx context.Context, from string) error {
	from, err := a.routeFolder(from)
	if err != nil {
		return err
	}
	return a.withHouse(ctx, func(h *house.House) error {
		policy, err := h.Snapshot(ctx)
		if err != nil {
			return err
		}
		set, err := a.tested(ctx, h, from, policy)
		if err != nil {
			return err
		}
		w := testedRoutes{len(set.Routes()), set.Tests(), set.Hash(), missingOf(h, set, policy)}
		return a.print(w, func(out io.Writer) {
			row(out, "routes", saidRoutes(w.Routes))
			row(out, "tests", saidTests(w.Tests))
			row(out, "hash", w.Hash)
			warnOf(out, w.Missing)
		})
	})
}

func saidRoutes(n int) string {
	if n == 0 {
		return "none"
	}
	return strconv.Itoa(n)
}

func saidTests(n int) string {
	if n == 0 {
		return "none: nothing says what the routes are to do"
	}
	return strconv.Itoa(n) + " hold"
}

func (a *app) tested(ctx context.Context, h *house.House, from string, policy *access.Snapshot) (*gate.Set, error) {
	if from == "" {
		return h.TestStoredRoutes(ctx, policy)
	}
	files, err := manifest.Load(from, a.stdin)
	if err != nil {
		return nil, err
	}
	return house.TestRoutes(files, policy)
}

func routeArgs(_ *cobra.Command, args []string) error {
	if len(args) != 2 {
		return usagef("give a method and a URL, such as GET https://api.example.com/orders/42")
	}
	return nil
}

// findRoute takes a request to its route, as the gate does.
func findRoute(set *gate.Set, method, address string) (wire.Routed, gate.Match, error) {
	host, path, err := readAddress(address)
	if err != nil {
		return wire.Routed{}, gate.Match{}, err
	}
	m, err := proxy.RouteOf(set, host, path, method)
	if err != nil {
		return wire.Routed{}, m, err
	}
	return wire.OfMatch(method, host, path, &m), m, nil
}

// readAddress reads a URL as a browser would send it, without mending its path.
func readAddress(address string) (host string, path gate.Path, err error) {
	host, path, err = gate.ReadURL(address)
	if fault.CodeOf(err) == "gate.url" {
		err = usagef("%q is no URL, such as https://api.example.com/orders/42", brief(address))
	}
	return host, path, err
}

func tellRouted(out io.Writer, w wire.Routed) {
	row(out, "route", w.Route, w.Mode)
	row(out, "path", w.Path)
	for _, name := range slices.Sorted(maps.Keys(w.Captures)) {
		row(out, "{"+name+"}", w.Captures[name])
	}
	asks := w.Permission
	if w.Public {
		asks = "nothing: the route is public"
	}
	row(out, "asks for", asks)
	if len(w.Authn) > 0 {
		row(out, "shown by", strings.Join(w.Authn, " or "))
	}
	list := ""
	switch {
	case w.Filter:
		list = "its upstream narrows it to what the caller may see"
	case w.Defer:
		list = "its upstream narrows it to what is the caller's own"
	}
	for _, more := range []struct{ name, value string }{
		{"tokens of", strings.Join(w.Issuers, " or ")},
		{"asks about", w.Opaque},
		{"client ca", w.ClientCA},
		{"within", w.Org},
		{"resource", w.Resource},
		{"fetches", w.Fetches},
		{"list", list},
		{"lasts", strings.Join(w.Lasts, ", ")},
	} {
		if more.value != "" && (more.name != "tokens of" || more.value != gate.Self) {
			row(out, more.name, more.value)
		}
	}
	for _, t := range w.Tools {
		row(out, "tool", t.Match, t.Permission, t.Scope)
	}
	row(out, "upstream", w.Upstream)
}

func (a *app) routeExplain() *cobra.Command {
	var f explainFlags
	var from string
	cmd := a.printing(&cobra.Command{
		Use:   "explain METHOD URL --as USER",
		Short: "Tell what the gate does with somebody's request, and why",
		Long: `Tell which route takes a request, and what the gate does with it for somebody, by
all that the route asks for: allow, own, filter, deny, challenge, unknown where the
route knows nobody like them, mcp where it depends on the body. What the policy
says of the permission alone follows, as "gatehouse explain" tells it. Nobody is
asked about the resource: say with --resource what its upstream would.`,
		Example: `  gatehouse route explain GET https://api.example.com/orders/42 --as ada@example.test
  gatehouse route explain GET https://api.example.com/orders/42 --as ada@example.test --resource owner_id=usr_aaaa --json`,
		Args: routeArgs,
	})
	routesFlag(cmd, &from)
	a.bindQuestion(cmd, &f)
	cmd.Flags().StringVar(&f.ip, "ip", "", "from which `address`")
	cmd.Flags().StringVar(&f.age, "age", "", "how long ago they were proved, a `duration`; just now if it is left out")
	cmd.RunE = a.action(func(ctx context.Context, args []string) error {
		set, err := a.readRoutes(ctx, from)
		if err != nil {
			return err
		}
		routed, _, err := findRoute(set, args[0], args[1])
		if err != nil {
			return err
		}
		return a.explainRouted(ctx, &f, set, routed, args[1])
	})
	return cmd
}

func (a *app) explainRouted(ctx context.Context, f *explainFlags, set *gate.Set, routed wire.Routed, address string) error {
	w := wire.GateAnswer{Routed: &routed, Decision: "public"}
	if !routed.Public {
		f.do, f.org = routed.Permission, routed.Org
		err := a.withHouse(ctx, func(h *house.House) (err error) {
			w, err = f.atGate(ctx, h, set, routed.Method, address)
			return err
		})
		if err != nil {
			return err
		}
	}
	return a.print(w, func(out io.Writer) {
		tellRouted(out, *w.Routed)
		row(out, "the gate", w.Decision, w.Reason)
		if w.Explanation != nil {
			fmt.Fprintln(out)
			tellExplanation(out, *w.Explanation)
		}
	})
}

// atGate is what the gate does with a request of whom the flags name, by the policy as it is now.
func (f *explainFlags) atGate(ctx context.Context, h *house.House, set *gate.Set, method, address string) (wire.GateAnswer, error) {
	q, err := f.question(ctx, h)
	if err != nil {
		return wire.GateAnswer{}, err
	}
	age := time.Duration(0)
	if f.age != "" {
		if age, err = setting.ParseDuration(f.age); err != nil {
			return wire.GateAnswer{}, usagef("--age %q is no duration, such as 30m", brief(f.age))
		}
	}
	if q.Request.IP, q.AuthTime = f.ip, q.Now.Add(-age); q.Principal.Kind != access.User { // programs prove no sign-in
		q.Level, q.AuthTime = proof.None, time.Time{}
	}
	policy, err := h.Snapshot(ctx)
	if err != nil {
		return wire.GateAnswer{}, err
	}
	w, err := house.ExplainRequest(set, policy, method, address, *q, q.Level.Usual())
	if err == nil && w.Explanation != nil {
		err = showExplanation(ctx, newNames(h), q.Principal, w.Explanation)
	}
	return w, err
}
