package setting

// Always returns what returns v: the configuration of a part for which nothing changes
// while it runs.
func Always[T any](v T) func() T { return func() T { return v } }
