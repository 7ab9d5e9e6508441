//go:build unix

package worker

import "syscall"

// lowest is the lowest priority of setpriority(2).
const lowest = 19

// lowerPriority lowers that of the process group, in which the child is alone: on
// Linux a priority belongs to a thread, and the group's means all of them. It asks
// twice because a thread that is being made meanwhile keeps the old one.
func lowerPriority() {
	for range 2 {
		_ = syscall.Setpriority(syscall.PRIO_PGRP, 0, lowest) // works without it, less politely
	}
}
