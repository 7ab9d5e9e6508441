package upstreams

import (
	"strings"

	"gatehouse/gate"
	"gatehouse/ui/console/typed"
)

func draftOfUpstream(s gate.UpstreamSpec) draft {
	d := draft{"targets": typed.Lines(s.Targets), "protocol": s.Protocol, "audience": s.Identity.Audience, "health": s.Health.Path, typed.Rest: restOf(s)}
	if s.Protocol == "" {
		d["protocol"] = "http"
	}
	return d
}

// restOf is what has no input of its own, as JSON.
func restOf(s gate.UpstreamSpec) string {
	s.Targets, s.Protocol, s.Identity.Audience, s.Health.Path = nil, "", "", ""
	return typed.JSON(s, "targets")
}

// upstream is what was typed. What cannot be read is a fault with the input's name.
func (d draft) upstream() (s gate.UpstreamSpec, err error) {
	if err := typed.ReadJSON(d[typed.Rest], &s, func() string { return restOf(s) }); err != nil {
		return s, err
	}
	s.Targets, s.Identity.Audience, s.Health.Path = typed.Listed(d["targets"]), strings.TrimSpace(d["audience"]), strings.TrimSpace(d["health"])
	if s.Targets == nil {
		s.Targets = []string{}
	}
	if s.Protocol = d["protocol"]; s.Protocol == "http" {
		s.Protocol = ""
	}
	return s, nil
}

func draftOfEdge(s gate.EdgeSpec) draft {
	return draft{"dialect": s.Dialect, "peers": typed.Lines(s.Peers), "secrets": typed.Lines(s.SecretSHA256), "certificates": s.Certificates, "routes": typed.Lines(s.Routes)}
}

// edge is what was typed. A certificate keeps its lines.
func (d draft) edge() gate.EdgeSpec {
	s := gate.EdgeSpec{
		Dialect: d["dialect"], Peers: typed.Listed(d["peers"]), SecretSHA256: typed.Listed(d["secrets"]), Routes: typed.Listed(d["routes"]),
		Certificates: strings.ReplaceAll(strings.TrimSpace(d["certificates"]), "\r\n", "\n"),
	}
	if s.Peers == nil {
		s.Peers = []string{}
	}
	return s
}
