package server

import (
	"net/http"

	"gatehouse/admin"
	"gatehouse/house"
	"gatehouse/provider"
	"gatehouse/secret"
	"gatehouse/ui/console"
	"gatehouse/ui/view"
)

// console returns the door for people who steer this Gatehouse in a browser. It asks the
// operations of the API, and is a client of the provider, in this process.
func (s *Server) console(api *admin.Door, pages *view.Pages) (*console.Door, error) {
	h := s.house
	desk, err := s.desk()
	if err != nil {
		return nil, err
	}
	return &console.Door{
		Issuer: h.Config.Issuer, API: api, Callers: desk, People: h.Identity, Directory: h.Identity, Entrances: h.Gates,
		Client: console.Client{
			ID: string(house.ConsoleClient), Secret: h.ConsoleSecret(), Keep: h.KeepConsole, Asks: h.ConsoleAsks, Callback: house.ConsoleCallback,
			Authorize: provider.PathAuthorize, Token: provider.PathToken, Keys: provider.PathJWKS,
			Inside: func() http.Handler { return s.public },
		},
		Seals: secret.NewBox(h.Keeper.Key("console")), Key: h.Keeper.Key("console-verifier"),
		Cookies: s.cookies, Pages: pages, Version: s.options.Version, Manifests: manifests{},
	}, nil
}
