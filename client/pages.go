package client

import "iter"

// pages goes through the pages of a list: ask returns the things of the one behind a
// cursor, and the cursor of the next one, nil where there is none.
func pages[T any](ask func(cursor *string) (items []T, next *string, err error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var cursor *string
		for {
			items, next, err := ask(cursor)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, one := range items {
				if !yield(one, nil) {
					return
				}
			}
			if next == nil || *next == "" {
				return
			}
			cursor = next
		}
	}
}
