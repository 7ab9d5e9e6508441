package ephemeral

import (
	"crypto/sha256"
	"time"
)

// counter counts the events of keys, in Redis and in memory.
type counter struct {
	name   string
	memory *memory
	remote *remote // nil: there is none
}

// longestKey is how much of memory a key may take.
const longestKey = 64

func short(key string) string {
	if len(key) <= longestKey {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	return string(sum[:])
}

func (c *counter) blocked(key string, b bound) time.Duration {
	wait, _ := c.memory.look(short(key), b)
	return wait
}

func (c *counter) count(key string, b bound) {
	key = short(key)
	wait, wholeAt := c.memory.look(key, b)
	if wait > 0 {
		return // a blocked key is counted no further
	}
	if a, ok := c.remote.ask(c.name, key, b, counting, wholeAt); ok {
		c.memory.learn(key, b, a.whole)
		return
	}
	c.memory.count(key, b)
}

// take takes one event. What is known here to be blocked is, whatever others have counted
// besides: so a flood costs Redis nothing.
func (c *counter) take(key string, b bound) (wait, rest time.Duration) {
	key = short(key)
	wait, wholeAt := c.memory.look(key, b)
	if wait > 0 {
		return wait, wholeAt - c.memory.now()
	}
	if a, ok := c.remote.ask(c.name, key, b, taking, wholeAt); ok {
		c.memory.learn(key, b, a.whole)
		return a.wait, a.rest
	}
	return c.memory.take(key, b)
}
