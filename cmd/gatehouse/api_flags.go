package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gatehouse/access"
	"gatehouse/proof"
	"gatehouse/setting"
	"gatehouse/wire"
)

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
	for _, put := range []func(*access.API) error{f.applyCatalogue, f.applyOwners, f.applyServers, f.applyEntries} {
		if err := put(one); err != nil {
			return err
		}
	}
	return nil
}

// applyCatalogue adds permissions, and takes some away.
func (f *apiFlags) applyCatalogue(one *access.API) error {
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
	return nil
}

func (f *apiFlags) applyOwners(one *access.API) error {
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
	return nil
}

func (f *apiFlags) applyServers(one *access.API) error {
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
	return nil
}

// applyEntries says more of permissions that are in the catalogue by now.
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
