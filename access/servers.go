package access

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gatehouse/clock"
	"gatehouse/fault"
)

// knownServers refuses clients that are not there, but for those that stood in the list
// before. It holds the others until the transaction ends, so that none is deleted
// meanwhile: a name in the list is that of the client which was meant.
func (s *Service) knownServers(ctx context.Context, now, before []string) error {
	for i, name := range now {
		if slices.Contains(before, name) {
			continue
		}
		err := s.People.Known(ctx, Subject{Client, name})
		if fault.Is(err, fault.NotFound) {
			var p problems
			p.add(fmt.Sprintf("servers[%d]", i), "is no application that is registered")
			return p.err("api.invalid", "The API cannot be used so.")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// appointServers looks at those who are new in a list of servers.
func (s *Service) appointServers(ctx context.Context, g *giver, now, before []string) error {
	if err := s.knownServers(ctx, now, before); err != nil {
		return err
	}
	return s.serves(ctx, g, now, before)
}

// dropServer takes a client that is deleted out of the lists of servers, and returns of
// how many: one of the same name is another client.
func (s *Service) dropServer(ctx context.Context, who Subject) (int64, error) {
	if who.Kind != Client {
		return 0, nil
	}
	all, err := s.Store.APIs(ctx)
	if err != nil {
		return 0, err
	}
	n := int64(0)
	for _, a := range all {
		at := slices.Index(a.Servers, who.ID)
		if at < 0 {
			continue
		}
		a.Servers, a.Updated = slices.Delete(a.Servers, at, at+1), clock.Now()
		if err := s.Store.UpdateAPI(ctx, a); err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}

// serves puts before the giver what a client gets that is listed as a server of an API:
// it may ask who may do what there.
func (s *Service) serves(ctx context.Context, g *giver, now, before []string) error {
	if !slices.ContainsFunc(now, func(name string) bool { return !slices.Contains(before, name) }) || g.spared(ctx) {
		return nil
	}
	k, err := s.known(ctx)
	if err != nil {
		return err
	}
	return g.hands(ctx, handed{bits: k.expand(Pattern{Gatehouse, "decisions", "read"})})
}

// Serves reports whether a client is a server of one of the APIs.
func (s *Service) Serves(ctx context.Context, client string) (bool, error) {
	all, err := s.Store.APIs(ctx)
	if err != nil {
		return false, fmt.Errorf("read whom the APIs have: %w", err)
	}
	return slices.ContainsFunc(all, func(a API) bool { return slices.Contains(a.Servers, client) }), nil
}

// addServers notes who serves which of the APIs.
func (r *rules) addServers(apis []API) {
	r.serves, r.heard = map[string][]string{}, map[string][]string{}
	for i := range apis {
		for _, client := range apis[i].Servers {
			r.serves[client] = append(r.serves[client], apis[i].ID)
			r.heard[client] = append(r.heard[client], apis[i].Audience)
		}
	}
	for _, list := range r.serves {
		slices.SortFunc(list, strings.Compare)
	}
}
