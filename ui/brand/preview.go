package brand

// Look is what an accent comes to, for who chooses one. Each pair is for light and dark pages.
type Look struct {
	Fill, OnFill string // of the main button
	Edge, Link   [2]string
	Button       float64    // the contrast of its text (WCAG 2.2, 1.4.3); 4.5 is enough
	Links        [2]float64 // that of links on a card
	Kept         bool       // links have the accent as it is, in both
}

// LookOf returns what an accent such as "#3156b8" comes to, that of Gatehouse for "". ok is false
// for what is no colour.
func LookOf(accent string) (l Look, ok bool) {
	own := accent == ""
	if own {
		accent = ownAccent
	}
	c, ok := parse(accent)
	if !ok {
		return Look{}, false
	}
	p := paletteOf(c)
	l = Look{
		Fill: p.fill.String(), OnFill: p.onFill.String(), Edge: [2]string{p.edge[0].String(), p.edge[1].String()}, Link: [2]string{p.text[0].String(), p.text[1].String()},
		Button: contrast(p.onFill, p.fill), Links: [2]float64{contrast(p.text[0], lightCard), contrast(p.text[1], darkCard)},
	}
	l.Kept = own || p.text[0] == c && p.text[1] == c
	if own {
		l.Link[1] = ownDark
		l.Links[1] = contrast(must(ownDark), darkCard)
	}
	return l, true
}

// The accent of app.css on light pages, and on dark ones.
const (
	ownAccent = "#3156b8"
	ownDark   = "#9db8ff"
)
