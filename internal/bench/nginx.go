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
  upstream gate { server GATE; keepalive 64; keepalive_requests 1000000000; }
  upstream empty { server EMPTY; keepalive 64; keepalive_requests 1000000000; }
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
  server {
    listen 127.0.0.1:UNCHECKED;
    location / {
      auth_request /auth;
      proxy_pass http://shop; proxy_http_version 1.1; proxy_set_header Connection "";
    }
    location = /auth {
      internal;
      proxy_pass http://empty; proxy_pass_request_body off; proxy_set_header Content-Length "";
      proxy_http_version 1.1; proxy_set_header Connection "";
    }
  }
  server {
    listen 127.0.0.1:GATED;
    location / {
      auth_request /auth;
      auth_request_set $jwt $upstream_http_x_gatehouse_jwt;
      proxy_set_header X-Gatehouse-Jwt $jwt;
      proxy_pass http://shop; proxy_http_version 1.1; proxy_set_header Connection "";
    }
    location = /auth {
      internal;
      proxy_pass http://gate/.gatehouse/auth/nginx; proxy_pass_request_body off; proxy_set_header Content-Length "";
      proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header X-Gatehouse-Edge-Secret SECRET;
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Original-Method $request_method;
      proxy_set_header X-Original-Scheme $scheme;
      proxy_set_header X-Original-Host $host:$server_port;
      proxy_set_header X-Original-Uri $request_uri;
    }
  }
}
`

// nginxDoors starts nginx before the upstream, without a check and with one by a server that
// verifies each token; none where nginx is not installed.
func (b *bench) nginxDoors(s *subject, upstream, gate, tokens string, up int) ([]door, error) {
	program, libraries := nginx()
	if program == "" {
		fmt.Print("nginx is not installed, and is left out\n\n")
		return nil, nil
	}
	auth, authPID, err := b.bareHelper("-bare-auth", "-to", s.url+"/.well-known/jwks.json")
	if err != nil {
		return nil, err
	}
	empty, emptyPID, err := b.bareHelper("-bare-empty")
	if err != nil {
		return nil, err
	}
	var plain, checked, unchecked, gated string
	for _, port := range []*string{&plain, &checked, &unchecked, &gated} {
		if *port, err = freeport.Next(); err != nil {
			return nil, err
		}
	}
	dir := filepath.Join(b.dir, "nginx")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	text := strings.NewReplacer("DIR", dir, "UPSTREAM", strings.TrimPrefix(upstream, "http://"), "AUTH", strings.TrimPrefix(auth, "http://"),
		"GATED", gated, "GATE", strings.TrimPrefix(gate, "http://"), "SECRET", edgeSecret, "PLAIN", plain, "UNCHECKED", unchecked, "CHECKED", checked,
		"EMPTY", strings.TrimPrefix(empty, "http://")).Replace(nginxText)
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return nil, err
	}
	cmd, err := b.launch(libraries, program, "-p", dir, "-c", file)
	if err != nil {
		return nil, err
	}
	b.stop = append(b.stop, func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // killed, it would leave its workers behind
		_ = cmd.Wait()
	})
	pid := cmd.Process.Pid // the driver reads its workers with it
	way := func(name, port, tokens string, pids ...int) door {
		return door{name: name, beside: eachTime, url: "http://127.0.0.1:" + port + "/orders/42", tokens: tokens, pids: append([]int{pid, up}, pids...)}
	}
	asked := func(name, address string, pid int) door {
		return door{name: name, beside: askedEach, url: address, tokens: tokens, pids: []int{pid}, headers: asNginx}
	}
	return []door{
		{name: "nginx, plain", beside: bareProxy, url: "http://127.0.0.1:" + plain + "/orders/42", pids: []int{pid, up}},
		way(eachTime, checked, tokens, authPID),
		way("nginx, auth_request to the gate", gated, tokens, s.pid),
		way("nginx, auth_request to an empty 204", unchecked, tokens, emptyPID),
		asked(askedEach, auth+"/auth", authPID),
		asked("asked as nginx asks: the gate", gate+"/.gatehouse/auth/nginx", s.pid),
		asked("asked as nginx asks: an empty 204", empty+"/auth", emptyPID),
	}, waitFor("http://127.0.0.1:" + plain + "/hello")
}

// asNginx are the headers that nginx asks with, about the same request.
var asNginx = []string{
	"X-Gatehouse-Edge-Secret: " + edgeSecret, "X-Forwarded-For: 127.0.0.1", "X-Original-Method: GET", "X-Original-Scheme: http",
	"X-Original-Host: 127.0.0.1:80", "X-Original-Uri: /orders/42",
}

// edgeSecret is what nginx shows to the gate: of this measurement alone.
const edgeSecret = "measured-measured-measured-measured-measured"

// nginx returns where the program is, and the environment that it needs where it was
// unpacked for the tests; "" where there is none.
func nginx() (path string, env []string) {
	const unpacked = "tools/servers/usr"
	if own, err := filepath.Abs(filepath.Join(unpacked, "sbin/nginx")); err == nil {
		if _, err := os.Stat(own); err == nil {
			libraries, _ := filepath.Glob(filepath.Join(filepath.Dir(filepath.Dir(own)), "lib", "*-linux-gnu")) // the pattern is a constant
			return own, []string{"LD_LIBRARY_PATH=" + strings.Join(libraries, ":")}
		}
	}
	for _, name := range []string{"nginx", "/usr/sbin/nginx"} { // Debian keeps it out of the path of ordinary people
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", nil
}
