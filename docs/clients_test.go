package docs

import (
	"slices"
	"strings"
	"testing"
)

func TestEveryClientHasItsLineAndItsSettings(t *testing.T) {
	t.Parallel()
	var names []string
	for _, c := range Clients() {
		names = append(names, c.Name)
		if again, ok := ClientOf(strings.ToUpper(c.Title)); !ok || again.Name != c.Name {
			t.Errorf("%s is not found by its title", c.Title)
		}
		if len(c.Create) == 0 || !slices.ContainsFunc(c.Settings, func(p Part) bool { return p.Code }) {
			t.Errorf("%s has no line or no settings", c.Title)
		}
		_, section, _ := strings.Cut(clients, "\n### "+c.Title+"\n\n")
		if !strings.HasPrefix(section, "Run with ") && !strings.HasPrefix(section, "Read.\n") {
			t.Errorf("%s does not say whether it was run", c.Title)
		}
	}
	for _, name := range strings.Fields(`openid-client next.js oidc-client-ts react-oidc-context angular-oauth2-oidc auth.js
		express-openid-connect passport-openidconnect msal-browser better-auth go-oidc zitadel/oidc oauth2-proxy kubelogin
		kubernetes authlib mozilla-django-oidc social-auth flask-pyoidc spring-login spring-resource-server pac4j omniauth
		mod_auth_openidc oidc-agent grafana gitea nextcloud gitlab synapse jupyterhub miniflux
		asp.net-core openid-connect-php curl go-program python-program`) {
		if !slices.Contains(names, name) {
			t.Errorf("the page has no section for %s", name)
		}
	}
	if _, ok := ClientOf("no such client"); ok {
		t.Error("a client that nobody wrote about was found")
	}
}
