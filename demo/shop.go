package demo

import (
	"time"

	"gatehouse/demo/look"
)

// order is a row of the table that a signed-in visitor sees. The orders are the
// same for everybody: the shop exists to be signed in to.
type order struct {
	Number, What, Placed, State, Tone, Total string
}

func ordersAt(now time.Time) []order {
	placed := func(days int) string { return now.AddDate(0, 0, -days).Format("2 Jan 2006") }
	return []order{
		{"No. 1042", "Letter paper, 100 sheets", placed(2), "On its way", "warn", "18.00 €"},
		{"No. 1017", "Iron gall ink", placed(19), "Delivered", "good", "9.50 €"},
		{"No. 0986", "Envelopes and twine", placed(61), "Sent back", "", "12.40 €"},
	}
}

// product is a thing of the shop's.
type product struct {
	Name, About, Price string
	look.Picture
}

var products = []product{
	{"Letter paper", "Laid, cream, 100 sheets", "18.00 €", look.Pictures["Letter paper"]},
	{"Iron gall ink", "Blue at first, black tomorrow", "9.50 €", look.Pictures["Iron gall ink"]},
	{"Envelopes", "Fifty, lined with tissue", "7.90 €", look.Pictures["Envelopes"]},
	{"Twine", "Hemp, 80 metres", "4.50 €", look.Pictures["Twine"]},
}
