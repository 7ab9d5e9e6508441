package verify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// ticket is what opens the feed: the service key, or an access token for the
// issuer's own API that the client gets for itself. It belongs to one goroutine.
type ticket struct {
	v     *Verifier
	token string
	until time.Time
}

func (t *ticket) get(ctx context.Context) (string, error) {
	if t.v.config.Key != "" {
		return t.v.config.Key, nil
	}
	if t.token != "" && time.Now().Before(t.until) {
		return t.token, nil
	}
	asked := time.Now()
	token, life, err := t.fetch(ctx)
	if err != nil {
		return "", fmt.Errorf("get a token for the feed: %w", err)
	}
	t.token, t.until = token, asked.Add(life-life/4)
	return token, nil
}

// drop has the next call get another token.
func (t *ticket) drop() { t.token = "" }

func (t *ticket) fetch(ctx context.Context) (string, time.Duration, error) {
	meta, err := t.v.issuer.metadata(ctx)
	if err != nil {
		return "", 0, err
	}
	c := &t.v.config
	body, err := t.v.issuer.post(ctx, meta.Token, c.ClientID, c.ClientSecret, url.Values{
		"grant_type": {"client_credentials"}, "resource": {strings.TrimSuffix(c.Issuer, "/") + "/api"},
	})
	if err != nil {
		return "", 0, err
	}
	var answer struct {
		Token   string `json:"access_token"`
		Expires int64  `json:"expires_in"`
	}
	if err := json.Unmarshal(body, &answer); err != nil || !isCredential(answer.Token) {
		return "", 0, errors.New("the issuer gave none")
	}
	return answer.Token, time.Duration(answer.Expires) * time.Second, nil
}
