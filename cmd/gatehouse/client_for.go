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

// The addresses and the id that stand for the reader's own in docs/clients.md.
const (
	exampleIssuer = "https://id.example.com"
	exampleApp    = "https://app.example.com"
	exampleAPI    = "https://api.example.com"
	exampleID     = "my-app"
)

// settings are what docs/clients.md says to set on the side of a library or
// product, for one client.
type settings struct {
	client     docs.Client
	base       string // where the application is, without a slash at the end
	redirects  []string
	postLogout []string
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
	s := &settings{client: client, base: f.base(), redirects: line.redirects, postLogout: line.postLogout}
	if s.base == "" && strings.Contains(strings.Join(client.Create, " "), exampleApp) {
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
			if err := cmd.Flags().Set(name, strings.ReplaceAll(v, exampleApp, s.base)); err != nil {
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
	yours := s.replacer(issuer, c)
	text := &strings.Builder{}
	fmt.Fprintf(text, "\nFor %s:\n", s.client.Title)
	for _, p := range s.client.Settings {
		fmt.Fprintf(text, "\n%s\n", strings.TrimRight(yours.Replace(p.Text), "\n"))
	}
	if _, err := io.WriteString(a.stdout, text.String()); err != nil { // its tabs are no columns
		return fmt.Errorf("write the settings: %w", err)
	}
	return nil
}

// replacer puts c's values in the place of the page's. Whole addresses come
// before what they begin with.
func (s *settings) replacer(issuer string, c oauth.Client) *strings.Replacer {
	issuer = strings.TrimRight(issuer, "/")
	pairs := slices.Concat(pairUp(s.redirects, c.RedirectURIs), pairUp(s.postLogout, c.PostLogoutRedirectURIs))
	pairs = append(pairs, url.QueryEscape(exampleApp), url.QueryEscape(s.base))
	pairs = append(pairs, exampleIssuer, issuer, host(exampleIssuer), host(issuer))
	pairs = append(pairs, exampleApp, s.base, host(exampleApp), host(s.base))
	if len(c.Audiences) > 0 {
		pairs = append(pairs, exampleAPI, c.Audiences[0])
	}
	return strings.NewReplacer(append(pairs, exampleID, string(c.ID))...)
}

func pairUp(examples, own []string) (pairs []string) {
	for i := range min(len(examples), len(own)) {
		pairs = append(pairs, examples[i], own[i])
	}
	return pairs
}

func host(address string) string {
	_, rest, _ := strings.Cut(address, "://")
	name, _, _ := strings.Cut(rest, "/")
	return name
}
