package verify

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/json"
)

// The JOSE types of what Gatehouse signs for APIs. Each is taken in its own place
// alone. The long spelling of the first is RFC 9068's, too.
const (
	typeAccessToken     = "at+jwt"
	typeAccessTokenLong = "application/at+jwt"
	typeAssertion       = "gatehouse-assertion+jwt"
	typeFeed            = "gatehouse-feed+jwt"
)

// header is the JOSE header. Gatehouse writes no other member, and each that
// exists besides has been somebody's hole: crit, b64, jku, jwk, x5u, x5c, zip.
type header struct{ alg, kid, typ string }

// looksLikeJWS reports whether a token is three parts and not opaque.
func looksLikeJWS(token string) bool { return strings.Count(token, ".") == 2 }

// parseHeader reads the first part of a compact JWS. There is one spelling:
// canonical base64url, known members, each once.
func parseHeader(compact string) (header, error) {
	parts := strings.Split(compact, ".")
	if len(parts) != 3 {
		return header{}, errors.New("not three parts")
	}
	for _, part := range parts {
		if !canonical(part) {
			return header{}, errors.New("not base64url")
		}
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[0])
	if err != nil {
		return header{}, errors.New("not base64url")
	}
	var members map[string]string // of another kind, or twice: an error
	if err := json.Unmarshal(raw, &members); err != nil {
		return header{}, errors.New("the header is not one of Gatehouse's")
	}
	h := header{members["alg"], members["kid"], members["typ"]}
	for name := range members {
		if name != "alg" && name != "kid" && name != "typ" {
			return header{}, errors.New("the header has a member that is none of alg, kid and typ")
		}
	}
	return h, nil
}

// canonical reports whether s is base64url as RFC 7515 wants it. The decoder by
// itself overlooks line breaks and bits that mean nothing.
func canonical(s string) bool {
	if s == "" || strings.ContainsAny(s, "\r\n") {
		return false
	}
	_, err := base64.RawURLEncoding.Strict().DecodeString(s)
	return err == nil
}

// open checks type and signature of a compact JWS, which is bounded already, and
// returns what it says and which key signed it.
func (v *Verifier) open(ctx context.Context, compact string, types ...string) (payload []byte, h header, err error) {
	h, err = parseHeader(compact)
	if err != nil {
		return nil, h, invalid(err.Error())
	}
	if !slices.Contains(types, h.typ) {
		return nil, h, invalid("of another type")
	}
	if !slices.Contains(v.config.Algorithms, h.alg) {
		return nil, h, invalid("signed with an algorithm that is not allowed")
	}
	if h.kid == "" || len(h.kid) > maxName {
		return nil, h, invalid("no key is named")
	}
	pause := keysPause
	if h.typ == typeFeed {
		pause = keysFeed // a key that was taken back is not used for five seconds more
	}
	key, err := v.keys.find(ctx, h.kid, h.alg, pause)
	if err != nil {
		return nil, h, err
	}
	jws, err := jose.ParseSignedCompact(compact, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(h.alg)})
	if err != nil {
		return nil, h, invalid("not a signed token")
	}
	if payload, err = jws.Verify(key.public); err != nil {
		return nil, h, invalid("the signature is wrong")
	}
	return payload, h, nil
}
