// Package freeport finds ports for tests that run real servers, and measuring tools.
package freeport

import (
	"fmt"
	"net"
	"sync"
)

// handedOut keeps a port from being handed out twice by one process: it is free
// again between the moment it is found and the moment somebody listens on it.
var handedOut sync.Map

// Next returns a port of the loopback address that nobody listens on.
func Next() (string, error) {
	for {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return "", fmt.Errorf("find a free port: %w", err)
		}
		_, port, err := net.SplitHostPort(l.Addr().String())
		if err != nil {
			return "", fmt.Errorf("find a free port: %w", err)
		}
		if err := l.Close(); err != nil {
			return "", fmt.Errorf("find a free port: %w", err)
		}
		if _, taken := handedOut.LoadOrStore(port, true); !taken {
			return port, nil
		}
	}
}
