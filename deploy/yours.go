package deploy

import (
	"net"
	"strings"
)

// What stands for the reader's own in the files.
const (
	exampleHost = "api.example.com"
	exampleApp  = "127.0.0.1:9000"
	exampleGate = "127.0.0.1:8082"
	examplePass = "proxy_pass http://app;"
)

// Yours are somebody's own values, in the place of those of the files. What is empty stays.
type Yours struct {
	Host  string            // that is protected
	App   string            // where the application is, http:// or https://
	Gate  string            // gate.listen
	Edges map[string]string // the id of the Edge, by its dialect
}

// For is the file with somebody's own values.
func (f File) For(y Yours) string {
	var pairs []string
	for dialect, edge := range y.Edges {
		pairs = append(pairs, "/.gatehouse/auth/"+dialect, "/.gatehouse/auth/"+edge)
	}
	if y.App != "" {
		pairs = append(pairs, f.app(y.App)...)
	}
	if y.Host != "" {
		pairs = append(pairs, exampleHost, y.Host)
	}
	if at := reached(y.Gate); at != "" {
		pairs = append(pairs, exampleGate, at)
	}
	return strings.NewReplacer(pairs...).Replace(f.Text)
}

// app are the places in which a proxy is told where the application is. nginx names the host
// apart from the scheme, and shows no name to a server with TLS unless it is told to.
func (f File) app(address string) []string {
	scheme, host, _ := strings.Cut(address, "://")
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		name, port = strings.Trim(host, "[]"), map[string]string{"https": "443"}[scheme]
		if port == "" {
			port = "80"
		}
	}
	at := net.JoinHostPort(name, port)
	pairs := []string{"http://" + exampleApp, scheme + "://" + at}
	if scheme == "https" && f.Proxy == "Caddy" {
		at = address
	}
	if scheme == "https" {
		pairs = append(pairs, examplePass, "proxy_ssl_server_name on;\n        proxy_ssl_name "+name+";\n        proxy_pass https://app;")
	}
	return append(pairs, exampleApp, at)
}

// reached is where a process of the same machine reaches what listens at an address; "" for none
// that is known.
func reached(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil || port == "" || port == "0" {
		return ""
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}
