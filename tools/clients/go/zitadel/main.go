// Command zitadel is an application on github.com/zitadel/oidc.
package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/zitadel/oidc/v3/pkg/client/rp"
	httphelper "github.com/zitadel/oidc/v3/pkg/http"
	"github.com/zitadel/oidc/v3/pkg/oidc"
)

// application has one signed-in browser, which is all that is tried.
type application struct {
	url     string
	party   rp.RelyingParty
	mu      sync.Mutex
	subject string
	tokens  *oidc.Tokens[*oidc.IDTokenClaims]
}

func main() {
	a := &application{url: os.Getenv("APP_URL")}
	key := make([]byte, 32)
	_, _ = rand.Read(key) // it never fails
	cookies := httphelper.NewCookieHandler(key, key, httphelper.WithUnsecure())
	var err error
	a.party, err = rp.NewRelyingPartyOIDC(context.Background(), os.Getenv("OIDC_ISSUER"),
		os.Getenv("OIDC_CLIENT_ID"), os.Getenv("OIDC_CLIENT_SECRET"), a.url+"/cb",
		[]string{"openid", "profile", "email", "offline_access"},
		rp.WithCookieHandler(cookies), rp.WithPKCE(cookies))
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("GET /{$}", a.home)
	http.HandleFunc("GET /login", rp.AuthURLHandler(rand.Text, a.party))
	http.HandleFunc("GET /cb", rp.CodeExchangeHandler(a.signedIn, a.party))
	http.HandleFunc("GET /logout", a.logout)
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}

func (a *application) signedIn(w http.ResponseWriter, r *http.Request, tokens *oidc.Tokens[*oidc.IDTokenClaims], _ string, _ rp.RelyingParty) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.subject, a.tokens = tokens.IDTokenClaims.Subject, tokens
	http.Redirect(w, r, "/", http.StatusFound)
}

func (a *application) home(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.tokens == nil {
		fmt.Fprint(w, "Signed out")
		return
	}
	if time.Until(a.tokens.Expiry) < 10*time.Second {
		tokens, err := rp.RefreshTokens[*oidc.IDTokenClaims](r.Context(), a.party, a.tokens.RefreshToken, "", "")
		if err != nil {
			http.Error(w, "Refused: "+err.Error(), http.StatusBadGateway)
			return
		}
		a.tokens = tokens
	}
	person, err := rp.Userinfo[*oidc.UserInfo](r.Context(), a.tokens.AccessToken, a.tokens.TokenType, a.subject, a.party)
	if err != nil {
		http.Error(w, "Refused: "+err.Error(), http.StatusBadGateway)
		return
	}
	fmt.Fprint(w, "Signed in as ", person.Email)
}

func (a *application) logout(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	at, err := rp.EndSession(r.Context(), a.party, a.tokens.IDToken, a.url+"/", "", "", nil)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	a.tokens = nil
	http.Redirect(w, r, at.String(), http.StatusFound)
}
