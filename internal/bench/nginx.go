package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"gatehouse/internal/freeport"
)

// nginxText has one worker per processor, and keeps its connections, as one would have it
// who measures it against something else.
const nginxText = `daemon off;
pid DIR/nginx.pid;
error_log DIR/error.log crit;
worker_processes auto;
events { worker_connections 1024; }
http {
  access_log off;
  client_body_temp_path DIR/body;
  proxy_temp_path DIR/proxy;
  fastcgi_temp_path DIR/fastcgi;
  uwsgi_temp_path DIR/uwsgi;
  scgi_temp_path DIR/scgi;
  keepalive_requests 1000000000;
  upstream shop { server UPSTREAM; keepalive 64; keepalive_requests 1000000000; }
  upstream auth { server AUTH; keepalive 64; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:PLAIN;
    location / { proxy_pass http://shop; proxy_http_version 1.1; proxy_set_header Connection ""; }
  }
  server {
    listen 127.0.0.1:CHECKED;
    location / {
      auth_request /auth;
      proxy_pass http://shop; proxy_http_version 1.1; proxy_set_header Connection "";
    }
    location = /auth {
      internal;
      proxy_pass http://auth; proxy_pass_request_body off; proxy_set_header Content-Length "";
      proxy_http_version 1.1; proxy_set_header Connection "";
    }
  }
}
`

// nginxDoors starts nginx before the upstream, without a check and with one by a server that
// verifies each token; none where nginx is not installed.
func (b *bench) nginxDoors(s *subject, upstream, tokens string, up int) ([]door, error) {
	program := nginx()
	if program == "" {
		fmt.Print("nginx is not installed, and is left out\n\n")
		return nil, nil
	}
	auth, authPID, err := b.bareHelper("-bare-auth", "-to", s.url+"/.well-known/jwks.json")
	if err != nil {
		return nil, err
	}
	plain, err := freeport.Next()
	if err != nil {
		return nil, err
	}
	checked, err := freeport.Next()
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(b.dir, "nginx")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	text := strings.NewReplacer("DIR", dir, "UPSTREAM", strings.TrimPrefix(upstream, "http://"), "AUTH", strings.TrimPrefix(auth, "http://"),
		"PLAIN", plain, "CHECKED", checked).Replace(nginxText)
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return nil, err
	}
	cmd, err := b.launch(nil, program, "-p", dir, "-c", file)
	if err != nil {
		return nil, err
	}
	b.stop = append(b.stop, func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // killed, it would leave its workers behind
		_ = cmd.Wait()
	})
	pid := cmd.Process.Pid // the driver reads its workers with it
	return []door{
		{name: "nginx, plain", url: "http://127.0.0.1:" + plain + "/orders/42", pids: []int{pid, up}},
		{name: "nginx, auth_request, ES256 verified each time", url: "http://127.0.0.1:" + checked + "/orders/42", tokens: tokens, pids: []int{pid, authPID, up}},
	}, waitFor("http://127.0.0.1:" + plain + "/hello")
}

// nginx returns where the program is; Debian keeps it out of the path of ordinary people.
func nginx() string {
	for _, name := range []string{"nginx", "/usr/sbin/nginx"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}
