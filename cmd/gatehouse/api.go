package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gatehouse/access"
	"gatehouse/house"
	"gatehouse/proof"
	"gatehouse/setting"
	"gatehouse/wire"
)

func (a *app) api() *cobra.Command {
	return explained(a.group("api", "Create, list and change APIs and what can be done there",
		a.apiCreate(), a.apiList(), a.apiShow(), a.apiUpdate(), a.apiDelete()),
		`Create, list and change APIs. An API is something that asks what somebody may do:
a program of yours that answers requests. Its catalogue holds its permissions,
each a RESOURCE and an ACTION; elsewhere they are named with the API in front,
such as shop/orders:read. Roles and grants give permissions to people.`,
		`  gatehouse api create --id shop --audience https://shop.example.test --permission orders:read
  gatehouse api list`)
}

// apiFlags are the flags that create and update share.
type apiFlags struct {
	audience, delegation         string
	owners, describe, require    []string
	servers, removedServers      []string
	permissions, removed, addend []string
}

func (f *apiFlags) bind(a *app, cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.audience, "audience", "", "the `URI` that tokens for it are meant for")
	flags.StringArrayVar(&f.owners, "owner", nil, "which attribute of a resource names its owner, as `RESOURCE=ATTRIBUTE`; may be repeated")
	flags.StringArrayVar(&f.describe, "describe", nil, "what a permission is for, as `RESOURCE:ACTION=TEXT`; may be repeated")
	flags.StringArrayVar(&f.servers, "server", nil, "a `client` that answers its requests, and may ask who may do what there; may be repeated")
	flags.StringArrayVar(&f.require, "require", nil, "what a permission asks of whoever uses it: a level, how fresh it must be, or both, as `RESOURCE:ACTION=aal2,5m`; may be repeated")
	a.completingFlag(cmd, "server", applications)
}

// apply puts the flags that were given into one.
func (f *apiFlags) apply(cmd *cobra.Command, one *access.API) error {
	if cmd.Flags().Changed("audience") {
		one.Audience = f.audience
	}
	if f.delegation != "" {
		one.Delegation = access.Delegation(f.delegation)
	}
	for flag, list := range map[string][]string{"--permission": f.permissions, "--add-permission": f.addend} { // never both
		for _, text := range list {
			p, err := parseEntry(flag, text)
			if err != nil {
				return err
			}
			one.Permissions = append(one.Permissions, p)
		}
	}
	for _, text := range f.removed {
		p, err := entryOf(one, "--remove-permission", text)
		if err != nil {
			return err
		}
		gone := *p
		one.Permissions = slices.DeleteFunc(one.Permissions, func(q access.Permission) bool { return q == gone })
	}
	for _, text := range f.owners {
		resource, attribute, ok := strings.Cut(text, "=")
		if !ok {
			return usagef("--owner %q is no RESOURCE=ATTRIBUTE", brief(text))
		}
		if one.Owners = maps.Clone(one.Owners); one.Owners == nil { // what it was is told beside it
			one.Owners = map[string]string{}
		}
		if one.Owners[resource] = attribute; attribute == "" {
			delete(one.Owners, resource)
		}
	}
	for _, name := range f.servers {
		if !slices.Contains(one.Servers, name) {
			one.Servers = append(one.Servers, name)
		}
	}
	for _, name := range f.removedServers {
		if !slices.Contains(one.Servers, name) {
			return failed("value.not_there", "--remove-server %q is not there; there is %s", brief(name), orNothing(strings.Join(one.Servers, " ")))
		}
		one.Servers = slices.DeleteFunc(one.Servers, func(s string) bool { return s == name })
	}
	return f.applyEntries(one)
}

func (f *apiFlags) applyEntries(one *access.API) error {
	for _, text := range f.describe {
		name, words, _ := strings.Cut(text, "=")
		p, err := entryOf(one, "--describe", name)
		if err != nil {
			return err
		}
		p.Description = words
	}
	for _, text := range f.require {
		name, words, _ := strings.Cut(text, "=")
		p, err := entryOf(one, "--require", name)
		if err != nil {
			return err
		}
		if p.Requires, err = parseRequirement(words); err != nil {
			return err
		}
	}
	return nil
}

// parseEntry reads a permission of a catalogue: RESOURCE:ACTION, and ! behind it
// where no wildcard is to match it.
func parseEntry(flag, text string) (access.Permission, error) {
	name, sensitive := strings.CutSuffix(text, "!")
	resource, action, ok := strings.Cut(name, ":")
	if !ok {
		return access.Permission{}, usagef("%s %q is no RESOURCE:ACTION, such as orders:read", flag, brief(text))
	}
	return access.Permission{Resource: resource, Action: action, Sensitive: sensitive}, nil
}

// entryOf returns the entry of a catalogue that was named.
func entryOf(one *access.API, flag, name string) (*access.Permission, error) {
	for i := range one.Permissions {
		if p := &one.Permissions[i]; p.Resource+":"+p.Action == strings.TrimSuffix(name, "!") {
			return p, nil
		}
	}
	return nil, failed("value.not_there", "%s %q is not in the catalogue", flag, brief(name))
}

// parseRequirement reads a level, a span of time, or both with a comma between.
func parseRequirement(text string) (r access.Requirement, err error) {
	for part := range strings.SplitSeq(text, ",") {
		if level, err := proof.ParseLevel(part); err == nil {
			r.Level = level
			continue
		}
		if r.MaxAge, err = setting.ParseDuration(part); err != nil {
			return r, usagef("--require %q is neither a level (aal1, aal2) nor a span of time (5m)", brief(part))
		}
	}
	return r, nil
}

// apiFlag is the flag of what access calls a field of an API.
func apiFlag(one *access.API) spoken {
	return func(field string) (flag, value string) {
		name, i := cutIndex(field)
		if _, resource, ok := strings.Cut(name, "owners."); ok {
			return "--owner", resource
		}
		switch {
		case name == "permissions" && i >= 0 && i < len(one.Permissions):
			return "--permission", brief(said(one.Permissions[i]))
		case name == "permissions":
			return "--permission", ""
		case name == "servers" && i >= 0 && i < len(one.Servers):
			return "--server", brief(one.Servers[i])
		case name == "servers":
			return "--server", ""
		}
		return "--" + name, ""
	}
}

func (a *app) apiCreate() *cobra.Command {
	var f apiFlags
	var name string
	cmd := a.printing(&cobra.Command{
		Use:   "create --id ID --audience URI --permission RESOURCE:ACTION …",
		Short: "Create an API with its catalogue of permissions",
		Long: `Create an API with its catalogue. A ! behind a permission calls it sensitive: no
wildcard of a role or a grant gives it, so it is given by name only; a wildcard
denies it all the same. An owner
lets grants be for one's own things ("--where own"): it is the attribute in which
a resource has the id of the person that it belongs to. A server is an application
that answers the API's requests: it may get a token for Gatehouse's own API, and
ask there who may do what at this API and at no other.`,
		Example: `  gatehouse api create --id shop --audience https://shop.example.test --permission orders:read --permission orders:refund! \
    --owner orders=owner_id --require orders:refund=aal2,5m --describe "orders:read=See orders"`,
		Args: noArgs,
	})
	f.bind(a, cmd)
	cmd.Flags().StringVar(&name, "id", "", "its `id`, in small letters: the first part of the names of its permissions")
	cmd.Flags().StringArrayVar(&f.permissions, "permission", nil, "what can be done there, as `RESOURCE:ACTION`, with ! behind it if it is sensitive; may be repeated")
	cmd.RunE = a.action(func(ctx context.Context, _ []string) error {
		if name == "" || f.audience == "" || len(f.permissions) == 0 {
			return usagef("an API needs --id, --audience and at least one --permission")
		}
		one := access.API{ID: name}
		if err := f.apply(cmd, &one); err != nil {
			return err
		}
		return a.withHouse(ctx, func(h *house.House) error {
			made, err := h.Access.CreateAPI(ctx, operator(), one)
			if err != nil {
				return inFlags(err, apiFlag(&one))
			}
			return a.say(wire.OfAPI(made), "%s is created, with %s.", made.ID, permissionsIn(made))
		})
	})
	return cmd
}

func (a *app) apiUpdate() *cobra.Command {
	var f apiFlags
	cmd := a.printing(&cobra.Command{
		Use:   "update API_ID",
		Short: "Change an API: what can be done there, its audience, owners and servers",
		Long: `Change an API; what no flag names stays. A permission that a role, or a grant that
is not over, names cannot be removed: end that first. "--owner RESOURCE=" forgets
who owns such things. With "--delegation scope" a token is good there for what its
scopes are bound to ("gatehouse scope"), with "--delegation audience" for all that
the person may do.`,
		Example: `  gatehouse api update shop --add-permission stock:read
  gatehouse api update shop --remove-permission stock:read --owner orders=customer
  gatehouse api update shop --server shop-backend`,
		Args: one(anAPI),
	})
	f.bind(a, cmd)
	cmd.Flags().StringVar(&f.delegation, "delegation", "", "what tokens for it go by, a `word`: audience or scope")
	choosing(cmd, "delegation", string(access.ByAudience), string(access.ByScope))
	cmd.Flags().StringArrayVar(&f.addend, "add-permission", nil, "one `permission` more; may be repeated")
	cmd.Flags().StringArrayVar(&f.removed, "remove-permission", nil, "one `permission` less; may be repeated")
	cmd.Flags().StringArrayVar(&f.removedServers, "remove-server", nil, "one `client` less that answers its requests; may be repeated")
	cmd.RunE = a.withAPI(func(ctx context.Context, h *house.House, one access.API) error {
		if !changesSomething(cmd) {
			return usagef("nothing is to be changed; give at least one flag")
		}
		told := changed{before: wire.OfAPI(one), was: apiFacts(one)}
		if err := f.apply(cmd, &one); err != nil {
			return err
		}
		is, err := h.Access.UpdateAPI(ctx, operator(), one)
		if err != nil {
			return inFlags(err, asTyped(cmd, apiFlag(&one)))
		}
		told.after, told.is = wire.OfAPI(is), apiFacts(is)
		return a.printChange(told)
	})
	return a.completing(cmd, apis)
}

// apiFacts are all that can be changed of an API, behind its id.
func apiFacts(one access.API) []fact {
	all := []fact{{"id", one.ID}, {"audience", one.Audience}, {"tokens go by", string(one.Delegation)}}
	for _, p := range one.Permissions {
		all = append(all, fact{"permission", strings.Join(strings.Fields(said(p)+" "+p.Description+" "+asks(p.Requires)), " ")})
	}
	for _, resource := range sortedKeys(one.Owners) {
		all = append(all, fact{"owner", resource + "=" + one.Owners[resource]})
	}
	for _, name := range one.Servers {
		all = append(all, fact{"server", name})
	}
	return all
}

func (a *app) apiList() *cobra.Command {
	return a.printing(&cobra.Command{
		Use:   "list",
		Short: "List APIs",
		Long:  `List APIs with their audiences, and how many permissions each has.`,
		Example: `  gatehouse api list
  gatehouse api list --json`,
		Args: noArgs,
		RunE: a.action(func(ctx context.Context, _ []string) error {
			return a.withHouse(ctx, func(h *house.House) error {
				all, err := h.Access.APIs(ctx)
				if err != nil {
					return err
				}
				return printAll(a, all, printed[access.API]{
					header: []string{"API", "AUDIENCE", "PERMISSIONS"},
					row:    func(one access.API) []string { return []string{one.ID, one.Audience, fmt.Sprint(len(one.Permissions))} },
					wire:   func(one access.API) any { return wire.OfAPI(one) },
					none:   "No APIs.",
				})
			})
		}),
	})
}

// printAll prints a list that is short enough to be had at once.
func printAll[T any](a *app, all []T, how printed[T]) error {
	return printPages(a, pageFlags{all: true}, how, func(string, int) (page[T], error) { return page[T]{rows: all}, nil })
}

func (a *app) apiShow() *cobra.Command {
	return a.completing(a.printing(&cobra.Command{
		Use:   "show API_ID",
		Short: "Print an API with its permissions and owners",
		Long:  `Print an API with its permissions and owners. A ! stands behind what is sensitive.`,
		Example: `  gatehouse api show shop
  gatehouse api show shop --json`,
		Args: one(anAPI),
		RunE: a.withAPI(func(_ context.Context, _ *house.House, one access.API) error {
			return a.print(wire.OfAPI(one), func(w io.Writer) {
				row(w, "id", one.ID)
				row(w, "audience", one.Audience)
				row(w, "tokens go by", string(one.Delegation))
				for _, p := range one.Permissions {
					row(w, "permission", said(p), p.Description, asks(p.Requires))
				}
				for _, resource := range sortedKeys(one.Owners) {
					row(w, "owner", resource+"="+one.Owners[resource])
				}
				for _, name := range one.Servers {
					row(w, "server", name)
				}
			})
		}),
	}), apis)
}

func sortedKeys(m map[string]string) []string {
	var all []string
	for k := range m {
		all = append(all, k)
	}
	slices.Sort(all)
	return all
}

// permissionsIn says how many permissions there are.
func permissionsIn(one access.API) string {
	if len(one.Permissions) == 1 {
		return "1 permission"
	}
	return fmt.Sprintf("%d permissions", len(one.Permissions))
}

// said is a permission as --permission takes it.
func said(p access.Permission) string {
	if p.Sensitive {
		return p.Resource + ":" + p.Action + "!"
	}
	return p.Resource + ":" + p.Action
}

// asks says what a requirement asks for, as --require takes it.
func asks(r access.Requirement) string {
	w := wire.OfRequirement(r)
	return strings.Trim(w.ACR+","+w.MaxAge, ",")
}

func (a *app) apiDelete() *cobra.Command {
	return a.completing(a.confirming(a.printing(&cobra.Command{
		Use:   "delete API_ID",
		Short: "Delete an API that nothing names any more",
		Long: `Delete an API. While a role, a scope, or a grant that is not over, names a
permission of it, it stays, and the answer says which.`,
		Example: `  gatehouse api delete shop
  gatehouse api delete shop --yes --json`,
		Args: one(anAPI),
		RunE: a.withAPI(func(ctx context.Context, h *house.House, one access.API) error {
			if err := a.confirm(ctx, fmt.Sprintf("Delete %s with its %d permissions", one.ID, len(one.Permissions))); err != nil {
				return err
			}
			if err := h.Access.DeleteAPI(ctx, operator(), one.ID); err != nil {
				return err
			}
			return a.say(map[string]any{"id": one.ID, "deleted": true}, "%s is deleted.", one.ID)
		}),
	})), apis)
}

// withAPI runs f on the API that the first argument names.
func (a *app) withAPI(f func(ctx context.Context, h *house.House, one access.API) error) func(*cobra.Command, []string) error {
	return a.action(func(ctx context.Context, args []string) error {
		return a.withHouse(ctx, func(h *house.House) error {
			one, err := h.Access.API(ctx, args[0])
			if err != nil {
				return missing(err, args[0])
			}
			return f(ctx, h, one)
		})
	})
}

func (a *app) permission() *cobra.Command {
	return explained(a.group("permission", "List what can be done at all APIs", a.permissionList()),
		`List permissions: what can be done at APIs. They are made and changed with their
API ("gatehouse api"), and given by roles and grants.`,
		`  gatehouse permission list
  gatehouse permission list --api shop --json`)
}

// listedPermission is a permission with its API.
type listedPermission struct {
	api string
	access.Permission
}

func (a *app) permissionList() *cobra.Command {
	var of string
	cmd := a.printing(&cobra.Command{
		Use:   "list",
		Short: "List the permissions of all APIs, or of one",
		Long: `List the permissions of all APIs, or of one, by the names that roles and grants
give them. What is sensitive is given by no wildcard.`,
		Example: `  gatehouse permission list
  gatehouse permission list --api shop`,
		Args: noArgs,
	})
	cmd.Flags().StringVar(&of, "api", "", "only those of this API, by its `id`")
	a.completingFlag(cmd, "api", apis)
	cmd.RunE = a.action(func(ctx context.Context, _ []string) error {
		return a.withHouse(ctx, func(h *house.House) error {
			all, err := h.Access.APIs(ctx)
			if err != nil {
				return err
			}
			if of != "" {
				one, err := h.Access.API(ctx, of)
				if err != nil {
					return missing(err, of)
				}
				all = []access.API{one}
			}
			var list []listedPermission
			for _, one := range all {
				for _, p := range one.Permissions {
					list = append(list, listedPermission{one.ID, p})
				}
			}
			return printAll(a, list, printedPermissions)
		})
	})
	return cmd
}

var printedPermissions = printed[listedPermission]{
	header: []string{"PERMISSION", "SENSITIVE", "ASKS FOR", "DESCRIPTION"},
	row: func(p listedPermission) []string {
		return []string{p.api + "/" + p.Resource + ":" + p.Action, yes(p.Sensitive), asks(p.Requires), p.Description}
	},
	wire: func(p listedPermission) any {
		return wire.Permission{Permission: p.api + "/" + p.Resource + ":" + p.Action, Description: p.Description, Sensitive: p.Sensitive, Requirement: wire.OfRequirement(p.Requires)}
	},
	none: "No permissions.",
}
