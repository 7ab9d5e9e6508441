package server

import (
	"context"
	"fmt"
	"os"
	"strings"

	"gatehouse/audit"
	"gatehouse/fault"
)

// setupPath is the page that makes the first administrator. The token stands in
// the fragment, which no browser sends and no access log keeps.
const setupPath = "/setup#token="

// SetupURL returns the link for a set-up token.
func (h *House) SetupURL(token string) string { return h.Config.Issuer + setupPath + token }

// firstRun makes the first administrator by configuration, or a set-up link,
// when nobody is there yet. It returns the link, "" when there is none to show;
// of several replicas exactly one gets it.
func (h *House) firstRun(ctx context.Context) (link string, err error) {
	needed, err := h.Identity.NeedsSetup(ctx)
	if err != nil || !needed {
		return "", err
	}
	if h.Config.Bootstrap.Wanted() {
		return "", h.bootstrap(ctx)
	}
	token, made, err := h.Identity.SetupLink(ctx, audit.Actor{Kind: audit.House}, false)
	if err != nil || !made {
		return "", err
	}
	return h.SetupURL(token), nil
}

// bootstrap makes the first administrator from the configuration, through a
// set-up link of its own: of several replicas exactly one spends its link, and
// the others find the house set up.
func (h *House) bootstrap(ctx context.Context) error {
	b := h.Config.Bootstrap
	content, err := os.ReadFile(b.PasswordFile)
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "bootstrap.password_file", fmt.Sprintf("bootstrap.password_file %s cannot be read.", b.PasswordFile))
	}
	password, _, _ := strings.Cut(string(content), "\n")
	by := audit.Actor{Kind: audit.House, ID: "bootstrap"}
	token, made, err := h.Identity.SetupLink(ctx, by, true)
	if err == nil && made {
		_, err = h.Identity.Setup(ctx, by, token, b.Email, b.Name, strings.TrimRight(password, "\r"))
	}
	switch fault.CodeOf(err) {
	case "setup.done", "setup.link":
		return nil // another replica was faster
	}
	return err
}
