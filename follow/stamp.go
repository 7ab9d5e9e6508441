package follow

// Epoch is the counter that is another one once the store was filled from a back-up, or
// was found to have gone back: what the other counters counted before is of another time.
const Epoch = "epoch"

// Stamp names what the store tells beside a counter: a number that was drawn when the
// counter was raised last. A store that went back, as a standby does that had not heard
// of everything, comes to the same counters again, and not to the same stamps.
func Stamp(counter string) string { return counter + " stamp" }
