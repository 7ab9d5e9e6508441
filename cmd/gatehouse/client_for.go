package main

import (
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gatehouse/docs"
	"gatehouse/oauth"
)

// settings are what docs/clients.md says to set on the side of a library or
// product, for one client.
type settings struct {
	client docs.Client
	base   string // where the application is, without a slash at the end
}

// settingsFor finds the section called name and gives cmd the flags of its line
// that were not given. Without a name there is nothing to find.
func settingsFor(cmd *cobra.Command, f *clientFlags, name string) (*settings, error) {
	if name == "" {
		return nil, nil
	}
	client, known := docs.ClientOf(name)
	if !known {
		return nil, usagef("--for knows no %q; it knows %s", name, strings.Join(clientNames(), ", "))
	}
	var line clientFlags
	example := &cobra.Command{}
	line.bind(example)
	example.Flags().String("id", "", "")
	if err := example.ParseFlags(client.Create); err != nil {
		return nil, fmt.Errorf("read the line for %s: %w", client.Title, err)
	}
	s := &settings{client: client, base: f.base()}
	if s.base == "" && strings.Contains(strings.Join(client.Create, " "), docs.ExampleApp) {
		return nil, usagef("--for %s needs to know where the application is: --home-url https://… or --redirect-uri https://…", client.Name)
	}
	if len(line.audience) > 0 && len(f.audience) == 0 {
		return nil, usagef("--for %s needs to know which API the tokens are for: --audience https://…", client.Name)
	}
	return s, s.fill(cmd, example)
}

func clientNames() []string {
	var names []string
	for _, c := range docs.Clients() {
		names = append(names, c.Name)
	}
	return names
}

// base is where the application is, as far as the flags tell.
func (f *clientFlags) base() string {
	if f.homeURL != "" {
		return strings.TrimRight(f.homeURL, "/")
	}
	for _, uri := range f.redirects {
		if u, err := url.Parse(uri); err == nil && u.Host != "" {
			return u.Scheme + "://" + u.Host
		}
	}
	return ""
}

// proofs are the flags that say how a client proves itself: one of them given
// replaces all of the section's.
var proofs = []string{"public", "auth-method", "jwks-file"}

// fill sets the flags of the example that were not given.
func (s *settings) fill(cmd, example *cobra.Command) error {
	proves := slices.ContainsFunc(proofs, cmd.Flags().Changed)
	given := map[string]bool{"id": true} // the page's stands for the reader's
	for _, name := range flagNames(s.client.Create) {
		given[name] = given[name] || cmd.Flags().Changed(name) || proves && slices.Contains(proofs, name)
	}
	for _, name := range flagNames(s.client.Create) {
		if given[name] {
			continue
		}
		value := example.Flags().Lookup(name).Value
		values := []string{value.String()}
		if list, ok := value.(interface{ GetSlice() []string }); ok {
			values = list.GetSlice()
		}
		for _, v := range values {
			if err := cmd.Flags().Set(name, strings.ReplaceAll(v, docs.ExampleApp, s.base)); err != nil {
				return fmt.Errorf("set --%s for %s: %w", name, s.client.Title, err)
			}
		}
	}
	return nil
}

// flagNames returns the names of the flags in a line, each once.
func flagNames(line []string) (names []string) {
	for _, word := range line {
		name, flag := strings.CutPrefix(word, "--")
		if name, _, _ = strings.Cut(name, "="); flag && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// printSettings prints what to set for c on the other side. The secret is not
// among it: a variable of the environment holds that.
func (a *app) printSettings(s *settings, issuer string, c oauth.Client) error {
	if s == nil || a.json {
		return nil
	}
	yours := docs.Yours{Issuer: issuer, Base: s.base, ID: string(c.ID), RedirectURIs: c.RedirectURIs, PostLogoutRedirectURIs: c.PostLogoutRedirectURIs}
	if len(c.Audiences) > 0 {
		yours.API = c.Audiences[0]
	}
	text := &strings.Builder{}
	fmt.Fprintf(text, "\nFor %s:\n", s.client.Title)
	for _, p := range s.client.For(yours) {
		fmt.Fprintf(text, "\n%s\n", p.Text)
	}
	if _, err := io.WriteString(a.stdout, text.String()); err != nil { // its tabs are no columns
		return fmt.Errorf("write the settings: %w", err)
	}
	return nil
}
