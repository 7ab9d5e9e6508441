package oauth

import (
	"slices"
	"testing"
	"time"

	"gatehouse/proof"
)

func TestJudgeRefusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	now := time.Now()
	base := Family{
		Authorization: Authorization{Client: "web"}, Generation: 5, CurrentHash: []byte("five"), PreviousHash: []byte("four"),
		SealedSuccessor: []byte("sealed"), RotatedAt: now.Add(-10 * time.Second), IdleExpires: now.Add(time.Hour), Expires: now.Add(time.Hour),
	}
	for name, c := range map[string]struct {
		generation uint32
		hash       string
		grace      time.Duration
		change     func(*Family)
		want       verdict
	}{
		"current":                                            {5, "five", 30 * time.Second, nil, rotateToken},
		"current, static":                                    {5, "five", 30 * time.Second, func(f *Family) { f.Static = true }, keepToken},
		"previous within the window":                         {4, "four", 30 * time.Second, nil, repeatToken},
		"previous after the window":                          {4, "four", 10 * time.Second, nil, replayToken},
		"previous without a window":                          {4, "four", 0, nil, replayToken},
		"previous, rotated by a clock that jumped":           {4, "four", 30 * time.Second, func(f *Family) { f.RotatedAt = now.Add(40 * 24 * time.Hour) }, replayToken},
		"previous, rotated by a clock that is a little fast": {4, "four", 30 * time.Second, func(f *Family) { f.RotatedAt = now.Add(20 * time.Second) }, repeatToken},
		"older within the window":                            {3, "three", 30 * time.Second, nil, replayToken},
		"same generation, other hash":                        {5, "six", 30 * time.Second, nil, refuseToken},
		"later generation":                                   {6, "six", 30 * time.Second, nil, refuseToken},
		"empty hash, no current":                             {6, "", 30 * time.Second, func(f *Family) { f.CurrentHash = []byte("x") }, refuseToken},
		"other client":                                       {5, "five", 30 * time.Second, func(f *Family) { f.Client = "other" }, refuseToken},
		"other client's replay":                              {1, "one", 30 * time.Second, func(f *Family) { f.Client = "other" }, refuseToken},
		"revoked":                                            {5, "five", 30 * time.Second, func(f *Family) { f.RevokedAt = now }, refuseToken},
		"idle":                                               {5, "five", 30 * time.Second, func(f *Family) { f.IdleExpires = now }, refuseToken},
		"expired":                                            {4, "four", 30 * time.Second, func(f *Family) { f.Expires = now }, refuseToken},
	} {
		f := base
		if c.change != nil {
			c.change(&f)
		}
		got := f.judge(&Client{ID: "web", StaticRefresh: f.Static}, RefreshToken{Generation: c.generation, SecretHash: []byte(c.hash)}, c.grace, now)
		if got != c.want {
			t.Errorf("%s: verdict %d, want %d", name, got, c.want)
		}
	}
}

// R25, R26: what the person allowed is measured anew by what it rests on.
func TestGroundsBearWhatIsStillAllowed(t *testing.T) {
	t.Parallel()
	all := []string{"openid", "profile", "offline_access"}
	for name, c := range map[string]struct {
		change func(*Client, *Family, *Grounds)
		want   []string // nil: refused
	}{
		"as it was":          {nil, all},
		"person disabled":    {func(_ *Client, _ *Family, g *Grounds) { g.UserEnabled = false }, nil},
		"signed out":         {func(_ *Client, _ *Family, g *Grounds) { g.SessionRevoked = true }, nil},
		"no consent":         {func(_ *Client, _ *Family, g *Grounds) { g.Consented = nil }, nil},
		"less consent":       {func(_ *Client, _ *Family, g *Grounds) { g.Consented = []string{"openid", "offline_access"} }, nil},
		"no consent needed":  {func(c *Client, _ *Family, g *Grounds) { c.SkipConsent, g.Consented = true, nil }, all},
		"none needed by now": {func(_ *Client, _ *Family, g *Grounds) { g.Unasked, g.Consented = true, nil }, all},
		"a claim nobody agreed to": {func(c *Client, f *Family, _ *Grounds) {
			c.Scopes, f.Claims = append(slices.Clone(all), "email"), `{"id_token":{"email":null}}`
		}, nil},
		"a claim that was agreed to": {func(c *Client, f *Family, g *Grounds) {
			c.Scopes, f.Claims, g.Consented = append(slices.Clone(all), "email"), `{"userinfo":{"email":null}}`, append(slices.Clone(all), "email")
		}, all},
		"a claim the client lost":      {func(_ *Client, f *Family, _ *Grounds) { f.Claims = `{"userinfo":{"email":null}}` }, all},
		"client lost a scope":          {func(c *Client, _ *Family, _ *Grounds) { c.Scopes = []string{"offline_access", "openid"} }, []string{"openid", "offline_access"}},
		"client lost openid":           {func(c *Client, _ *Family, _ *Grounds) { c.Scopes = []string{"offline_access", "profile"} }, nil},
		"client lost offline_access":   {func(c *Client, _ *Family, _ *Grounds) { c.Scopes = []string{"openid", "profile"} }, nil},
		"client needs a second factor": {func(c *Client, _ *Family, _ *Grounds) { c.RequireLevel = proof.AAL2 }, nil},
		"it was proved by two":         {func(c *Client, f *Family, _ *Grounds) { c.RequireLevel, f.Level = proof.AAL2, proof.AAL2 }, all},
		"an administrator":             {func(_ *Client, _ *Family, g *Grounds) { g.User.Administrator = true }, nil},
		"an administrator by two": {func(_ *Client, f *Family, g *Grounds) {
			f.Level, g.User = proof.AAL2, proof.Subject{Administrator: true, Second: true}
		}, all},
		"a second factor since": {func(_ *Client, _ *Family, g *Grounds) { g.User.Second = true }, nil},
		"proved by nothing":     {func(_ *Client, f *Family, _ *Grounds) { f.Level = proof.None }, nil},
	} {
		client := &Client{ID: "web", Scopes: all}
		f := &Family{Authorization: Authorization{Client: "web", Scopes: all, Level: proof.AAL1}}
		g := &Grounds{UserEnabled: true, Consented: all}
		if c.change != nil {
			c.change(client, f, g)
		}
		asked, err := ParseClaims(f.Claims)
		if err != nil {
			t.Fatal(err)
		}
		got, no := g.bear(client, f, asked, proof.MFAAdministrators)
		if !slices.Equal(got, c.want) || (no == nil) != (c.want != nil) {
			t.Errorf("%s: %v, %v; want %v", name, got, no, c.want)
		}
	}
}
