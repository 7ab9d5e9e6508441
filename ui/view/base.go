package view

import "context"

type baseKey struct{}

// at is where the host that shows a page has the file of ours that is at path here.
func at(ctx context.Context, path string) string {
	base, _ := ctx.Value(baseKey{}).(string)
	return base + path
}
