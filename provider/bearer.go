package provider

import (
	"net/http"
	"net/url"
	"strings"

	"gatehouse/web"
)

// bearerToken returns the access token of a request: from the Authorization
// header or from a posted form, never from the query, and never from two places
// (RFC 6750 section 2, RFC 9700 section 4.3.2).
func bearerToken(w http.ResponseWriter, r *http.Request) (string, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil || query.Has("access_token") {
		return "", bearerRefusal(http.StatusBadRequest, "invalid_request", "An access token does not belong in the query.")
	}
	fromHeader, problem := web.BearerToken(r.Header.Values("Authorization"))
	if problem != "" {
		return "", bearerRefusal(http.StatusBadRequest, "invalid_request", problem)
	}
	fromForm, err := formToken(w, r)
	if err != nil {
		return "", err
	}
	switch {
	case fromHeader != "" && fromForm != "":
		return "", bearerRefusal(http.StatusBadRequest, "invalid_request", "The access token came in two ways.")
	case fromHeader == "" && fromForm == "":
		// RFC 6750 section 3.1: no error code in the challenge when there was no token at all.
		return "", &refusal{code: "invalid_token", description: "An access token is needed.", status: http.StatusUnauthorized, challenge: bearerRealm}
	}
	return fromHeader + fromForm, nil
}

func formToken(w http.ResponseWriter, r *http.Request) (string, error) {
	if r.Method != http.MethodPost {
		return "", nil
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxParams)
	if err := r.ParseForm(); err != nil {
		return "", bearerRefusal(http.StatusBadRequest, "invalid_request", "The form could not be read.").because(err)
	}
	values := r.PostForm["access_token"]
	if len(values) > 1 || (len(values) == 1 && values[0] == "") {
		return "", bearerRefusal(http.StatusBadRequest, "invalid_request", "The form must hold one access token.")
	}
	return strings.Join(values, ""), nil
}

const bearerRealm = `Bearer realm="gatehouse"`

// bearerRefusal is a refusal with its challenge (RFC 6750 section 3).
func bearerRefusal(status int, code, description string) *refusal {
	return &refusal{
		code: code, description: description, status: status,
		challenge: bearerRealm + `, error="` + code + `", error_description="` + legal(description) + `"`,
	}
}
