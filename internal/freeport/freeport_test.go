package freeport

import (
	"net"
	"sync"
	"testing"
)

// Ports that are asked for at once differ, and somebody can listen on each of them.
func TestAPortIsHandedOutOnce(t *testing.T) {
	t.Parallel()
	const n = 200
	ports := make([]string, n)
	var wait sync.WaitGroup
	for i := range ports {
		wait.Go(func() {
			port, err := Next()
			if err != nil {
				t.Error(err)
			}
			ports[i] = port
		})
	}
	wait.Wait()
	seen := map[string]bool{}
	for _, port := range ports {
		if seen[port] {
			t.Errorf("%s was handed out twice", port)
		}
		seen[port] = true
		if err := hold(port); err == nil {
			t.Errorf("%s can be handed out again", port)
		}
		l, err := net.Listen("tcp", "127.0.0.1:"+port)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
	}
}
