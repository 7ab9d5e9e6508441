// Package freeport finds ports for tests that run real servers, and measuring tools.
//
// Whoever gets a port listens on it later, a second later or after an npm package has
// started. Meanwhile nobody else may have it: neither another process that asks here,
// nor one that asks the kernel for any port at all.
package freeport

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
)

// The ports that are handed out lie below those that kernels choose by themselves,
// for who listens on port 0 and for connections that go out.
const (
	lowest  = 12000
	highest = 31999
)

// held keeps the ports of this process: whoever holds the UDP port of the same number
// has the TCP port. The kernel gives it to one process, and takes it back at its end.
var (
	mu   sync.Mutex
	held []net.PacketConn
)

// Next returns a port of the loopback address that nobody listens on, and that no
// other call returns for as long as this process lives.
func Next() (string, error) {
	var last error
	for range 200 {
		port := strconv.Itoa(lowest + rand.IntN(highest-lowest+1))
		if last = hold(port); last == nil {
			return port, nil
		}
	}
	return "", fmt.Errorf("find a free port: %w", last)
}

func hold(port string) error {
	address := net.JoinHostPort("127.0.0.1", port)
	mark, err := net.ListenPacket("udp", address)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return errors.Join(err, mark.Close())
	}
	if err := l.Close(); err != nil {
		return errors.Join(err, mark.Close())
	}
	mu.Lock()
	defer mu.Unlock()
	held = append(held, mark)
	return nil
}
