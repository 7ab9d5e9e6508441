package demo

import "time"

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

// product is a thing of the shop's. Picture is the path of a drawing, 120 by 72.
type product struct {
	Name, About, Price, Picture, Tone string
}

var products = []product{
	{"Letter paper", "Laid, cream, 100 sheets", "18.00 €", "M42 12h26l10 10v38H42zM68 12v10h10M49 32h22M49 40h22M49 48h14", "good"},
	{"Iron gall ink", "Blue at first, black tomorrow", "9.50 €", "M52 14h16v8l8 10v28H44V32l8-10zM44 42h32", "berry"},
	{"Envelopes", "Fifty, lined with tissue", "7.90 €", "M34 18h52v38H34zM34 18l26 22 26-22", "warn"},
	{"Twine", "Hemp, 80 metres", "4.50 €", "M58 14a22 22 0 1 0 .1 0M38 28c14 1 30 11 37 23M43 21c14 1 31 13 36 24M37 40c10 1 21 9 26 17M79 40c1 9 4 17 17 17", "soft"},
}
