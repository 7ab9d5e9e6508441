package provider

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/ory/fosite"

	"gatehouse/oauth"
)

// tokenAnswer is a successful answer of the token endpoint (RFC 6749 section
// 5.1). The scope is left out only when nothing was asked for and nothing given.
type tokenAnswer struct {
	AccessToken  string `json:"access_token"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int64  `json:"expires_in"`
	RefreshToken string `json:"refresh_token,omitempty"`
	IDToken      string `json:"id_token,omitempty"`
	Scope        string `json:"scope,omitempty"`
}

// token is the token endpoint (RFC 6749 section 3.2).
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	grant := "other" // a label from a closed set
	answer, err := p.exchange(w, r, &grant)
	if err != nil {
		err = fromKernel(err)
		p.Metrics.TokenRefused(grant, refusalOf(err).code)
		p.writeRefusal(w, r, err)
		return
	}
	body, err := json.Marshal(answer)
	if err != nil {
		p.writeRefusal(w, r, err)
		return
	}
	p.Metrics.TokenIssued(grant)
	h := w.Header()
	h["Content-Type"], h["Cache-Control"], h["Pragma"] = jsonType, noStoreValue, noCacheValue
	_, _ = w.Write(body) // the client has gone if this fails
}

// exchange asks the kernel for tokens.
func (p *Provider) exchange(w http.ResponseWriter, r *http.Request, label *string) (*tokenAnswer, error) {
	form, err := readForm(w, r)
	if err != nil {
		return nil, err
	}
	switch grant := form.Get("grant_type"); grant {
	case oauth.GrantCode, oauth.GrantRefresh, oauth.GrantClient:
		*label = grant
	case "":
		return nil, refuse("invalid_request", "The parameter grant_type is missing.")
	default:
		return nil, refusalFor("unsupported_grant_type")
	}
	f := &inflight{request: r}
	ctx := withInflight(r.Context(), f)
	request, err := p.core.kernel.NewAccessRequest(ctx, r, &grantSession{})
	if err != nil {
		return nil, err
	}
	response, err := p.core.kernel.NewAccessResponse(ctx, request)
	if err != nil {
		return nil, err
	}
	return p.answerOf(f.client, request, response), nil
}

func (p *Provider) answerOf(c *oauth.Client, request fosite.AccessRequester, response fosite.AccessResponder) *tokenAnswer {
	refresh, _ := response.GetExtra("refresh_token").(string)
	idToken, _ := response.GetExtra("id_token").(string)
	return &tokenAnswer{
		AccessToken: response.GetAccessToken(), TokenType: response.GetTokenType(), ExpiresIn: int64(p.accessTTL(c) / time.Second),
		RefreshToken: refresh, IDToken: idToken, Scope: strings.Join(request.GetGrantedScopes(), " "),
	}
}
