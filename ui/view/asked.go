package view

import (
	"cmp"
	"time"

	"gatehouse/ui/words"
)

// Asks says that an operation of the console takes a sign-in from the last while, and for how long one is
// enough. One that has no name may be anything.
func Asks(say *words.Catalogue, operation string, within time.Duration) string {
	act, wait := cmp.Or(say.Dangers.Acts[operation], say.Dangers.Other), say.Wait(int(within.Seconds()))
	return say.Dangers.Takes.Fill(words.Act.Is(act), words.Wait.Is(wait)) + " " + say.Dangers.Then.With(words.Wait, wait)
}
