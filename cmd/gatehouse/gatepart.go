package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gatehouse/gate"
	"gatehouse/house"
	"gatehouse/store"
	"gatehouse/wire"
)

// gatePart is one of the kinds of things that the gate goes by, as commands speak of it.
type gatePart struct {
	kind    string // in package gate
	command string
	is      thing
	called  string
	needed  string // what keeps it from being deleted
}

var (
	gateRoute    = gatePart{gate.KindRoute, "route", aRoute, "a route of the gate", "Requests that it took are refused from then on, unless another route takes them."}
	gateUpstream = gatePart{gate.KindUpstream, "upstream", anUpstream, "a server behind the gate", "While a route leads to it, or asks it about a resource, it stays."}
	gateEdge     = gatePart{gate.KindEdge, "edge", anEdge, "another proxy that asks the gate", "What that asks is refused from then on."}
)

func (a *app) upstream() *cobra.Command {
	return explained(a.group("upstream", "Look at the servers behind the gate, and delete one", a.upstreamList(), a.partDelete(gateUpstream)),
		`Look at the servers behind the gate (docs/gate.md). They are made and changed as
objects of the kind Upstream, by "gatehouse apply", or lie in the folder that
gate.routes names.`,
		`  gatehouse upstream list
  gatehouse upstream delete shop`)
}

func (a *app) edge() *cobra.Command {
	return explained(a.group("edge", "Look at the other proxies that ask the gate, and delete one", a.edgeList(), a.partDelete(gateEdge)),
		`Look at the other proxies that ask the gate (docs/gate.md). They are made and
changed as objects of the kind Edge, by "gatehouse apply", or lie in the folder that
gate.routes names.`,
		`  gatehouse edge list
  gatehouse edge delete nginx`)
}

func (a *app) upstreamList() *cobra.Command {
	return listOfGate(a, gateUpstream, "List the servers behind the gate, and which routes need each", func(set *gate.Set) (all []wire.ServedUpstream) {
		for _, u := range set.Upstreams() {
			all = append(all, wire.OfUpstream(u, set.Routes()))
		}
		return all
	}, printed[wire.ServedUpstream]{
		header: []string{"UPSTREAM", "TARGETS", "PROTOCOL", "HEALTH", "ROUTES"},
		row: func(u wire.ServedUpstream) []string {
			return []string{u.ID, strings.Join(u.Targets, " "), u.Protocol, u.Health, strings.Join(u.Routes, " ")}
		},
		wire: func(u wire.ServedUpstream) any { return u },
		none: "No upstreams.",
	})
}

func (a *app) edgeList() *cobra.Command {
	return listOfGate(a, gateEdge, "List the other proxies that ask the gate, and about which routes", func(set *gate.Set) (all []wire.ServedEdge) {
		for _, e := range set.Edges() {
			all = append(all, wire.OfEdge(e))
		}
		return all
	}, printed[wire.ServedEdge]{
		header: []string{"EDGE", "DIALECT", "FROM", "SHOWS", "ROUTES"},
		row: func(e wire.ServedEdge) []string {
			routes := strings.Join(e.Routes, " ")
			if routes == "" {
				routes = "all"
			}
			return []string{e.ID, e.Dialect, strings.Join(e.Peers, " "), strings.Join(e.Shows, " "), routes}
		},
		wire: func(e wire.ServedEdge) any { return e },
		none: "No proxies that ask.",
	})
}

// listOfGate is the command that lists one kind of what the gate goes by.
func listOfGate[W any](a *app, p gatePart, short string, of func(*gate.Set) []W, how printed[W]) *cobra.Command {
	var from string
	cmd := a.printing(&cobra.Command{
		Use:   "list",
		Short: short,
		Long: short + `:
those of the folder that gate.routes names, or of the database where it names none,
in the order of their ids; or those of files elsewhere with --from.`,
		Example: strings.ReplaceAll(`  gatehouse COMMAND list
  gatehouse COMMAND list --from routes/ --json`, "COMMAND", p.command),
		Args: noArgs,
		RunE: a.action(func(ctx context.Context, _ []string) error {
			set, err := a.readRoutes(ctx, from)
			if err != nil {
				return err
			}
			return printAll(a, of(set), how)
		}),
	})
	routesFlag(cmd, &from)
	return cmd
}

// partDelete deletes one of what is kept in the database. What is in files goes with its file.
func (a *app) partDelete(p gatePart) *cobra.Command {
	return a.completing(a.confirming(a.printing(&cobra.Command{
		Use:   "delete " + p.is.name,
		Short: "Delete " + p.called + " that is kept in the database",
		Long: "Delete " + p.called + `.
` + p.needed + `
What lies in the folder that gate.routes names goes with its file.`,
		Example: strings.ReplaceAll(`  gatehouse COMMAND delete shop
  gatehouse COMMAND delete shop --yes --json`, "COMMAND", p.command),
		Args: one(p.is),
		RunE: a.action(func(ctx context.Context, args []string) error {
			return a.withHouse(ctx, func(h *house.House) error {
				was, err := h.Gate.Get(ctx, p.kind, args[0])
				if err != nil {
					return missing(err, args[0])
				}
				if err := a.confirm(ctx, fmt.Sprintf("Delete the %s %s", p.command, was.ID)); err != nil {
					return err
				}
				if err := h.Gate.Delete(ctx, operator(), p.kind, was.ID, was.Rev); err != nil {
					return err
				}
				return a.say(map[string]any{"id": was.ID, "deleted": true}, "%s is deleted.", was.ID)
			})
		}),
	})), p.names)
}

// names offers those that are kept in the database.
func (p gatePart) names(ctx context.Context, s *store.Store, _ string) ([]cobra.Completion, error) {
	all, err := s.Routes(ctx)
	var found []cobra.Completion
	for i := range all {
		if all[i].Kind() == p.kind {
			found = append(found, all[i].ID)
		}
	}
	slices.Sort(found)
	return found, err
}
