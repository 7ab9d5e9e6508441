package main

import (
	"context"

	"gatehouse/config"
	"gatehouse/house"
)

// where is the address that a command prints, and what it should say about it.
type where struct {
	url    string // the issuer that the world knows
	served string // the issuer of the server that started last; empty: none did
	told   bool   // the configuration of this command says an issuer itself
}

// opener is house.OpenExisting where the configuration says an issuer. What only follows
// from listen.public does not know the flags that the server was started with: then the
// server's own word counts.
func (a *app) opener() opener {
	if a.sources.Of("issuer").Layer == config.Derived {
		return house.OpenBeside
	}
	return house.OpenExisting
}

// issuer returns the address under which Gatehouse is reached, as the house has it that
// opener opened.
func (a *app) issuer(ctx context.Context, h *house.House) (where, error) {
	served, err := h.Store.Served(ctx)
	if err != nil {
		return where{}, err
	}
	return where{url: h.Config.Issuer, served: served, told: a.sources.Of("issuer").Layer != config.Derived}, nil
}

// noteIssuer says what to look at where the address is not certain.
func (a *app) noteIssuer(w where) error {
	switch {
	case w.served == "" && !w.told:
		return a.note("No server has run on this database yet: it will be at %s if it is started with this configuration.", w.url)
	case w.told && w.served != "" && w.served != w.url:
		return a.note("The server last started as %s, and this command is configured with %s. One of them is wrong.", w.served, w.url)
	}
	return nil
}
