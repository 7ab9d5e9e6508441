package guard

import (
	"gatehouse/ui/console/part"
	"gatehouse/ui/words"
)

// Lasting is the field of a form that asks how long something is to last, by the name of the
// operation's field for its end; Lasts reads what was typed into it. Empty, it has no end.
func Lasting(say *words.Catalogue, typed string) part.Field {
	is := &say.ConsoleAccess
	return part.Field{
		ID: "expires_at", Label: is.For, Hint: is.ForHintEnd, Value: typed, Optional: true, Literal: true, Complete: "off", Max: 16,
		Options: []part.Option{
			{Value: "1h", Label: is.Hour},
			{Value: "8h", Label: is.Hours8},
			{Value: "1d", Label: is.Day},
			{Value: "7d", Label: is.Week},
			{Value: "30d", Label: is.Month},
		},
	}
}
