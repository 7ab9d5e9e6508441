package provider

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"gatehouse/keys"
	"gatehouse/oauth"
	"gatehouse/proof"
	"gatehouse/web"
)

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

// description is the metadata as a document, and the bound scopes that it lists.
type description struct {
	*web.Static
	scopes []string
}

// describe makes the document anew, with these bound scopes.
func (p *Provider) describe(scopes []string) error {
	metadata := metadataOf(p.Issuer, p.Pages.Languages())
	metadata.Scopes = append(metadata.Scopes, scopes...)
	body, err := json.Marshal(metadata)
	if err != nil {
		return fmt.Errorf("encode the metadata: %w", err)
	}
	p.discovery.Store(&description{web.NewStatic(body, web.TagOf(body), "public, max-age=3600"), scopes})
	return nil
}

// serveDiscovery answers with what is there.
func (p *Provider) serveDiscovery(w http.ResponseWriter, r *http.Request) {
	if scopes := p.Scopes(); !slices.Equal(scopes, p.discovery.Load().scopes) {
		if err := p.describe(scopes); err != nil {
			p.writeRefusal(w, r, err)
			return
		}
	}
	p.discovery.Load().ServeHTTP(w, r)
}

func metadataOf(issuer string, languages []string) serverMetadata {
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
		ResponseModes:        []string{modeQuery, modeFragment, modeFormPost},
		GrantTypes:           []string{oauth.GrantCode, oauth.GrantRefresh, oauth.GrantClient},
		SubjectTypes:         []string{"public"},
		CodeChallengeMethods: []string{"S256"},

		Scopes:     []string{"openid", "profile", "email", "address", "phone", "offline_access"},
		Claims:     append(slices.Clone(tokenClaims), oauth.StandardClaims...),
		ClaimTypes: []string{"normal"},
		ACRValues:  levelNames(),
		Prompts:    []string{"none", "login", "consent", "select_account"},
		Displays:   []string{"page"},
		UILocales:  languages,

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

// levelNames are the values of the acr claim, weakest first.
func levelNames() []string {
	var all []string
	for _, l := range proof.Levels() {
		all = append(all, l.String())
	}
	return all
}
