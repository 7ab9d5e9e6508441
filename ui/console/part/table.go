package part

import (
	"github.com/a-h/templ"

	"gatehouse/ui/words"
)

// Table is a list of things of one kind, a row for each. On a phone every row is a card.
type Table struct {
	// ID begins the ids within; it is unique on the page.
	ID      string
	Caption string
	Columns []Column
	Rows    []Row
	// Bulk lets rows be selected; nil: they cannot be.
	Bulk *Bulk
	// Foot stands below the rows, such as what is not in the list and why; may be nil.
	Foot templ.Component
}

// Order is how a column is sorted.
type Order string

// The orders.
const (
	Unsorted   Order = "none"
	Ascending  Order = "ascending"
	Descending Order = "descending"
)

// Column is the head of a column.
type Column struct {
	Label string
	// Sort is the address of the list sorted by this column, or the other way round where it is;
	// empty: nobody sorts by it.
	Sort   string
	Order  Order // "" is Unsorted
	Number bool  // its cells are numbers
	Unseen bool  // the label is for screen readers only
}

func (c Column) order() string {
	if c.Order == "" {
		return string(Unsorted)
	}
	return string(c.Order)
}

// arrow is the drawing beside the label of a column that can be sorted.
func (c Column) arrow() string {
	switch c.Order {
	case Ascending:
		return "up"
	case Descending:
		return "down"
	}
	return "both"
}

// Row is one thing. Its first cell is its name, and leads to Href unless that is empty.
type Row struct {
	// Value names the row in a form, Label says which it is.
	Value, Label string
	Href         string
	Cells        []templ.Component // one for each column
	Soft         bool              // it does not count now
}

// Bulk is what can be done with selected rows: a form that posts their values as "row" to Action,
// with the button that was pressed.
type Bulk struct {
	Action string
	Token  string
	Fields []Hidden
	Do     []Button
}

// Button sends a form with Name and Value, if Name is not empty. Its ID may be empty.
type Button struct {
	Label, Name, Value string
	ID                 string
	Main, Danger       bool
}

func (b Button) class() string {
	switch {
	case b.Danger:
		return "button danger"
	case b.Main:
		return "button main"
	}
	return "button"
}

// Pager leads to the pages of a list before and after; an empty address is no page.
type Pager struct {
	Back, Next string
	// First leads to the first page, where nobody knows the one before.
	First string
	// Time says that the list begins with the newest.
	Time bool
	// Says is what the page shows, such as "roles 1 to 20"; may be empty.
	Says string
	// Shown is how many rows the page has, and Of how many there are about, as far as somebody counted
	// them anyway; zero is not told.
	Shown, Of int
}

// Showing is the pager of a page with so many rows.
func (p Pager) Showing(rows int) Pager {
	p.Shown = rows
	return p
}

// says is what the page shows, by what is known without counting.
func (p Pager) says(say *words.Catalogue) string {
	shown := words.N.Is(say.Number(p.Shown))
	switch {
	case p.Says != "" || p.Shown == 0:
		return p.Says
	case p.First == "" && p.Back == "" && p.Next == "":
		return say.Part.InAll.Fill(shown)
	case p.Of > p.Shown:
		return say.Part.OfAbout.Fill(shown, words.Least.Is(say.Number(p.Of)))
	case p.Next != "":
		return say.Part.OfMore.Fill(shown)
	}
	return say.Part.TheLast.Fill(shown)
}

func (p Pager) back(say *words.Catalogue) string {
	if p.Time {
		return say.Part.Newer
	}
	return say.Part.Back
}

func (p Pager) next(say *words.Catalogue) string {
	if p.Time {
		return say.Part.Older
	}
	return say.Part.Next
}

// Lines is the content of a cell: what it is, and below it what it is called, as code.
type Lines struct {
	Main, Under, Code string
	Picture           string // the address of one beside them; may be empty
}
