package verify

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

const metadataPath = "/.well-known/oauth-protected-resource"

// MetadataPath is where Metadata is to be mounted: the well-known path, with that
// of Config.Resource behind it (RFC 9728 section 3.1).
func (v *Verifier) MetadataPath() string {
	u, err := url.Parse(v.config.Resource)
	if err != nil {
		return metadataPath
	}
	return metadataPath + strings.TrimSuffix(u.EscapedPath(), "/")
}

// MetadataURL is the same as an address, which challenges name.
func (v *Verifier) MetadataURL() string {
	u, err := url.Parse(v.config.Resource)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host + v.MetadataPath()
}

// Metadata answers with this API's metadata (RFC 9728 section 2): who gives its
// tokens, and how they are sent. It needs Config.Resource, and no token.
func (v *Verifier) Metadata() http.Handler {
	if v.config.Resource == "" {
		panic("verify: Metadata needs Config.Resource")
	}
	body, err := json.Marshal(struct {
		Resource string   `json:"resource"`
		Servers  []string `json:"authorization_servers"`
		Scopes   []string `json:"scopes_supported,omitempty"`
		Methods  []string `json:"bearer_methods_supported"`
	}{v.config.Resource, []string{v.config.Issuer}, v.config.Scopes, []string{"header"}})
	if err != nil {
		panic(err) // texts are always JSON
	}
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Content-Type", "application/json")
		h.Set("Cache-Control", "public, max-age=300")
		h.Set("Access-Control-Allow-Origin", "*")
		_, _ = w.Write(body) // the caller has gone if this fails
	})
}
