// Package deploy carries the ready configuration of other proxies that ask the gate, so that a
// page can show the very files that the tests run with.
package deploy

import "embed"

//go:embed nginx/*.conf traefik/gatehouse.yaml caddy/Caddyfile
var files embed.FS

// File is one of them.
type File struct {
	Proxy string // nginx, Traefik or Caddy
	Name  string // of the file
	Text  string
}

// Files returns those of the proxies that most people have, in the order in which they are read.
func Files() []File {
	all := []File{
		{Proxy: "nginx", Name: "nginx/api.conf"},
		{Proxy: "nginx", Name: "nginx/gatehouse-server.conf"},
		{Proxy: "nginx", Name: "nginx/gatehouse-location.conf"},
		{Proxy: "Traefik", Name: "traefik/gatehouse.yaml"},
		{Proxy: "Caddy", Name: "caddy/Caddyfile"},
	}
	for i := range all {
		text, err := files.ReadFile(all[i].Name)
		if err != nil {
			panic("deploy: " + err.Error()) // they are embedded
		}
		all[i].Text = string(text)
	}
	return all
}
