package oauth

import (
	"context"
	"fmt"
	"time"

	"gatehouse/audit"
	"gatehouse/id"
)

// Deriver gives the house's keys by label; *secret.Keeper does.
type Deriver interface {
	Key(label string) []byte
}

// Service changes clients, consents and what was given on their ground. Fill in
// all fields but Registry.
type Service struct {
	Store  Store
	Audit  audit.Recorder
	Keeper Deriver
	Config Config
	// Registry, when it is set, refuses ended tokens in this process at once
	// and not only after its next poll.
	Registry *Registry
}

// Client returns a client as the store has it now; NotFound fault
// "client.not_found". For hot paths there is Registry.Client.
func (s *Service) Client(ctx context.Context, client id.Client) (Client, error) {
	c, err := s.Store.Client(ctx, client)
	if err != nil {
		return Client{}, fmt.Errorf("read a client: %w", err)
	}
	return c, nil
}

// Clients returns all clients ordered by id.
func (s *Service) Clients(ctx context.Context) ([]Client, error) {
	list, err := s.Store.Clients(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the clients: %w", err)
	}
	return list, nil
}

// stamp cuts t to what the store keeps.
func stamp(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
