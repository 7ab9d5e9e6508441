package provider

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// mayDescribe is the grammar of error_description, read from RFC 6749 appendix
// A.8 and not from the code: NQCHAR and the space, %x20-21 / %x23-5B / %x5D-7E.
func mayDescribe(s string) bool {
	const nqchar = " !" +
		"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[" +
		"]^_`abcdefghijklmnopqrstuvwxyz{|}~"
	for _, b := range []byte(s) {
		if strings.IndexByte(nqchar, b) < 0 {
			return false
		}
	}
	return true
}

// awkward is every byte and a few runes of more, between two words.
func awkward() string {
	var s strings.Builder
	s.WriteString("before ")
	for r := range rune(0x180) {
		s.WriteRune(r)
	}
	s.WriteString("\xff\xfe\u2028 \U0001f600 after")
	return s.String()
}

// Whatever a refusal says, an application reads what the RFC allows, in the
// answer of every kind of endpoint.
func TestErrorDescriptionHoldsOnlyWhatTheRFCAllows(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	e := refuse("invalid_request", awkward())
	r := httptest.NewRequest(http.MethodGet, "/oauth2/authorize", nil)

	told := httptest.NewRecorder()
	d.refuseTo(told, r, &target{client: d.client("web"), redirectURI: testCallback}, e)
	answered := httptest.NewRecorder()
	d.writeRefusal(answered, r, e)

	var body struct {
		Description string `json:"error_description"`
	}
	if err := json.Unmarshal(answered.Body.Bytes(), &body); err != nil {
		t.Fatal(err)
	}
	challenge := bearerRefusal(http.StatusUnauthorized, "invalid_token", awkward()).challenge
	_, quoted, _ := strings.Cut(challenge, `error_description="`)

	for where, text := range map[string]string{
		"the redirect":    d.answered(told).Get("error_description"),
		"the JSON answer": body.Description,
		"the challenge":   strings.TrimSuffix(quoted, `"`),
	} {
		if !mayDescribe(text) || !strings.HasPrefix(text, "before ") || !strings.HasSuffix(text, " after") {
			t.Errorf("%s: %q", where, text)
		}
		for b := byte(0x20); b < 0x7f; b++ {
			if mayDescribe(string(rune(b))) && strings.IndexByte(text, b) < 0 {
				t.Errorf("%s: %q was dropped", where, b)
			}
		}
	}
}
