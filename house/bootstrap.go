package house

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"gatehouse/audit"
	"gatehouse/fault"
)

// setupPath is the page that makes the first administrator. The token stands in
// the fragment, which no browser sends and no access log keeps.
const setupPath = "/setup#token="

// SetupURL returns the link for a set-up token of the Gatehouse at issuer.
func SetupURL(issuer, token string) string { return issuer + setupPath + token }

// FirstRun makes the first administrator by configuration, or a set-up link,
// when nobody was ever made an administrator of this Gatehouse. It returns the link,
// "" when there is none to show; of several replicas exactly one gets it. waiting says
// that there is no administrator still, or no more.
func (h *House) FirstRun(ctx context.Context) (link string, waiting bool, err error) {
	needed, err := h.Identity.NeedsSetup(ctx)
	if err != nil || !needed {
		return "", false, err
	}
	if never, err := h.Identity.NeverSetUp(ctx); err != nil || !never {
		return "", err == nil, err
	}
	if h.Config.Bootstrap.Wanted() {
		switch empty, err := h.Identity.Nobody(ctx); {
		case err != nil:
			return "", false, err
		case empty:
			return "", false, h.bootstrap(ctx)
		}
		h.Log.Warn("bootstrap is ignored: the database holds people already")
	}
	token, made, err := h.Identity.SetupLink(ctx, audit.Actor{Kind: audit.House}, false)
	if fault.CodeOf(err) == "setup.done" {
		return "", false, nil // another process was faster
	}
	if err != nil || !made {
		return "", err == nil, err
	}
	return SetupURL(h.Config.Issuer, token), true, nil
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
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind == fault.Invalid {
		return &fault.Error{
			Kind: fault.Invalid, Code: "bootstrap.refused", Fields: asSettings(f.Fields),
			Detail: "The first administrator of bootstrap.email, bootstrap.name and bootstrap.password_file cannot be made. " + f.Detail,
		}
	}
	return err
}

// asSettings tells fields of the set-up page as the keys that stand for them.
func asSettings(fields []fault.Field) []fault.Field {
	keys := map[string]string{"email": "bootstrap.email", "name": "bootstrap.name", "password": "bootstrap.password_file"}
	told := slices.Clone(fields)
	for i, f := range told {
		if key, ok := keys[f.Name]; ok {
			told[i].Name = key
		}
	}
	return told
}
