package part

// Filters narrow a list. They are a form that asks by GET, so that the address holds all of it.
type Filters struct {
	// Action is the path of the list.
	Action string
	// Search is the field for words; its Name may be empty: there is none.
	Search Field
	// Fields choose among values, by a select each.
	Fields []Field
	// Keep goes along unseen, such as the order of the list.
	Keep  []Hidden
	Chips []Chip
	// Clear is the address of the list without any filter, Save leads to where this one gets a
	// name; both may be empty.
	Clear, Save string
	// Exports lead to the list as a file.
	Exports []Link
}

// Chip is a filter that counts. Href is the list without it.
type Chip struct{ Label, Value, Href string }
