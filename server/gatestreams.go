package server

import (
	"context"

	"gatehouse/access"
	"gatehouse/ephemeral"
	"gatehouse/oauth"
	"gatehouse/proxy"
	"gatehouse/secret"
)

// tickets are those of the gate. Each that is used is remembered for a minute, so that what
// one caller may get bounds that, too.
func (s *Server) tickets() (proxy.Tickets, error) {
	flood, err := s.bounded("gate tickets", ephemeral.Config{Enabled: true, Burst: 100, PerMinute: 60, Remembered: 10_000})
	return proxy.Tickets{Box: secret.NewBox(s.house.Keeper.Key("gate-ticket")), Once: s.house.Store, Flood: flood}, err
}

// news is what the gate's streams are asked again for.
type news struct {
	policy  *access.Live
	revoked *oauth.Registry
}

// Next implements proxy.News.
func (n news) Next() proxy.Changes {
	return proxy.Changes{Policy: n.policy.Next(), Revoked: n.revoked.Next()}
}

// Current implements proxy.News.
func (n news) Current(ctx context.Context) error {
	if _, err := n.policy.Current(ctx); err != nil {
		return err
	}
	return n.revoked.Current(ctx)
}
