//go:build unix

package proxy

import "syscall"

// canPeek is whether it can be seen what a connection holds.
const canPeek = true

// quiet reports whether nothing came on a connection that waits: neither its end, nor an answer
// to what nobody asked, which the next request would get.
func (c *link) quiet() bool {
	err := c.raw.Read(c.peek)
	return err == nil && (c.seen == syscall.EAGAIN || c.seen == syscall.EWOULDBLOCK)
}

func (c *link) look(fd uintptr) bool {
	var one [1]byte
	_, _, c.seen = syscall.Recvfrom(int(fd), one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
	return true
}
