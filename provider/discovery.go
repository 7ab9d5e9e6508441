package provider

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"gatehouse/keys"
	"gatehouse/oauth"
	"gatehouse/proof"
	"gatehouse/web"
)

// metadata holds the discovery document, made once: it depends on the issuer alone.
type metadata struct{ discovery document }

// serverMetadata is OpenID Provider Metadata (OpenID Connect Discovery 1.0
// section 3) and Authorization Server Metadata (RFC 8414) in one. It lists what
// works and nothing else.
type serverMetadata struct {
	Issuer                string `json:"issuer"`
	AuthorizationEndpoint string `json:"authorization_endpoint"`
	TokenEndpoint         string `json:"token_endpoint"`
	UserinfoEndpoint      string `json:"userinfo_endpoint"`
	JWKSURI               string `json:"jwks_uri"`
	IntrospectionEndpoint string `json:"introspection_endpoint"`
	RevocationEndpoint    string `json:"revocation_endpoint"`
	EndSessionEndpoint    string `json:"end_session_endpoint"`

	ResponseTypes        []string `json:"response_types_supported"`
	ResponseModes        []string `json:"response_modes_supported"`
	GrantTypes           []string `json:"grant_types_supported"`
	SubjectTypes         []string `json:"subject_types_supported"`
	CodeChallengeMethods []string `json:"code_challenge_methods_supported"`

	Scopes     []string `json:"scopes_supported"`
	Claims     []string `json:"claims_supported"`
	ClaimTypes []string `json:"claim_types_supported"`
	ACRValues  []string `json:"acr_values_supported"`
	Prompts    []string `json:"prompt_values_supported"`
	Displays   []string `json:"display_values_supported"`
	UILocales  []string `json:"ui_locales_supported"`

	IDTokenAlgs  []string `json:"id_token_signing_alg_values_supported"`
	UserinfoAlgs []string `json:"userinfo_signing_alg_values_supported"`

	TokenAuth         []string `json:"token_endpoint_auth_methods_supported"`
	TokenAuthAlgs     []string `json:"token_endpoint_auth_signing_alg_values_supported"`
	IntrospectionAuth []string `json:"introspection_endpoint_auth_methods_supported"`
	IntrospectionAlgs []string `json:"introspection_endpoint_auth_signing_alg_values_supported"`
	RevocationAuth    []string `json:"revocation_endpoint_auth_methods_supported"`
	RevocationAlgs    []string `json:"revocation_endpoint_auth_signing_alg_values_supported"`

	// ClaimsParameter and the two after it are spelled out because a missing
	// request_uri_parameter_supported means true.
	ClaimsParameter     bool `json:"claims_parameter_supported"`
	RequestParameter    bool `json:"request_parameter_supported"`
	RequestURIParameter bool `json:"request_uri_parameter_supported"`
	ResponseIssuer      bool `json:"authorization_response_iss_parameter_supported"` // RFC 9207
}

// tokenClaims are the claims of ID tokens that are not about the person.
var tokenClaims = []string{"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash"}

func metadataOf(issuer string) serverMetadata {
	ourAlgs := []string{keys.RS256, keys.ES256, keys.EdDSA}
	confidential := []string{oauth.AuthBasic, oauth.AuthPost, oauth.AuthPrivateKey}
	everyClient := append(slices.Clone(confidential), oauth.AuthNone)
	var assertionAlgs []string
	for _, alg := range assertionAlgorithms {
		assertionAlgs = append(assertionAlgs, string(alg))
	}
	return serverMetadata{
		Issuer:                issuer,
		AuthorizationEndpoint: issuer + PathAuthorize,
		TokenEndpoint:         issuer + PathToken,
		UserinfoEndpoint:      issuer + PathUserinfo,
		JWKSURI:               issuer + PathJWKS,
		IntrospectionEndpoint: issuer + PathIntrospect,
		RevocationEndpoint:    issuer + PathRevoke,
		EndSessionEndpoint:    issuer + PathLogout,

		ResponseTypes:        []string{"code"},
		ResponseModes:        []string{"query", "form_post"},
		GrantTypes:           []string{oauth.GrantCode, oauth.GrantRefresh, oauth.GrantClient},
		SubjectTypes:         []string{"public"},
		CodeChallengeMethods: []string{"S256"},

		Scopes:     []string{"openid", "profile", "email", "address", "phone", "offline_access"},
		Claims:     append(slices.Clone(tokenClaims), standardClaims...),
		ClaimTypes: []string{"normal"},
		ACRValues:  levelNames(),
		Prompts:    []string{"none", "login", "consent", "select_account"},
		Displays:   []string{"page"},
		UILocales:  []string{"en"},

		IDTokenAlgs:  ourAlgs,
		UserinfoAlgs: ourAlgs,

		TokenAuth:         everyClient,
		TokenAuthAlgs:     assertionAlgs,
		IntrospectionAuth: confidential,
		IntrospectionAlgs: assertionAlgs,
		RevocationAuth:    everyClient,
		RevocationAlgs:    assertionAlgs,

		ClaimsParameter: true,
		ResponseIssuer:  true,
	}
}

// openMetadata makes the discovery document. It refuses an issuer that could
// not be the beginning of the endpoints' URLs (OpenID Connect Discovery 1.0
// section 3).
func (p *Provider) openMetadata() error {
	u, err := url.Parse(p.Issuer)
	if err != nil {
		return fmt.Errorf("open provider: the issuer is not a URL: %w", err)
	}
	if (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.User != nil || strings.ContainsAny(p.Issuer, "?#") || strings.HasSuffix(p.Issuer, "/") {
		return fmt.Errorf("open provider: the issuer %q must be an http or https URL without query, fragment, user and closing slash", p.Issuer)
	}
	body, err := json.Marshal(metadataOf(p.Issuer))
	if err != nil {
		return fmt.Errorf("open provider: %w", err)
	}
	p.metadata = &metadata{discovery: newDocument(body, "public, max-age=3600")}
	return nil
}

func (p *Provider) mountMetadata(api *web.Mux) {
	for path, d := range p.Documents() {
		api.HandleFunc(d.Route, d.Handler.ServeHTTP)
		api.HandleFunc("OPTIONS "+path, preflightAny)
	}
}

// Documents are the prebuilt public answers by path, which a server may serve
// ahead of everything else.
func (p *Provider) Documents() map[string]web.Document {
	return map[string]web.Document{
		PathDiscovery: {Handler: http.HandlerFunc(p.metadata.discovery.serve), Route: "GET " + PathDiscovery},
		PathMetadata:  {Handler: http.HandlerFunc(p.metadata.discovery.serve), Route: "GET " + PathMetadata},
		PathJWKS:      {Handler: http.HandlerFunc(p.serveJWKS), Route: "GET " + PathJWKS},
	}
}

// document is a public JSON document that lies ready, headers included.
type document struct {
	body               []byte
	etag, cacheControl []string
}

func newDocument(body []byte, cacheControl string) document {
	sum := sha256.Sum256(body)
	etag := `"` + base64.RawURLEncoding.EncodeToString(sum[:15]) + `"`
	return document{body: body, etag: []string{etag}, cacheControl: []string{cacheControl}}
}

// serve answers with the document, or with 304 to those who have it (RFC 9110
// section 13.1.2).
func (d document) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h["Access-Control-Allow-Origin"] = anyOrigin
	h["Etag"] = d.etag
	h["Cache-Control"] = d.cacheControl
	if matches(r.Header["If-None-Match"], d.etag[0]) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h["Content-Type"] = jsonType
	h["Content-Length"] = []string{strconv.Itoa(len(d.body))}
	_, _ = w.Write(d.body) // the client has gone if this fails
}

// matches reports whether one of the entity tags is etag; weak ones count, as
// If-None-Match wants it.
func matches(values []string, etag string) bool {
	for _, value := range values {
		for tag := range strings.SplitSeq(value, ",") {
			tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
			if tag == etag || tag == "*" {
				return true
			}
		}
	}
	return false
}

// levelNames are the values of the acr claim, weakest first.
func levelNames() []string {
	var all []string
	for _, l := range proof.Levels() {
		all = append(all, l.String())
	}
	return all
}
