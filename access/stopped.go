package access

// Stopped reports whether nothing is allowed to those who ask in q, and why: the
// principal, the session or the client is locked, or the principal is disabled. Of q
// nothing else counts.
func (s *Snapshot) Stopped(q *Question) (why Reason, stopped bool) {
	ignored := int64(never)
	if s.rules.anyLocked(q, nanos(q.Now), &ignored) {
		return Locked, true
	}
	if s.disabled(q.Principal) {
		return Inactive, true
	}
	return "", false
}
