package words

// ConsoleFilters are the pages about the filters that somebody keeps.
type ConsoleFilters struct {
	Title, NewTitle Title
	Lead, NewLead   string
	None, NoneTodo  string // an empty list
	Name, NameHint  string
	List, Narrows   string // heads
	Save, Delete    string // buttons
	DidDelete       string
}

var englishConsoleFilters = ConsoleFilters{
	Title: "Your filters", NewTitle: "Save this filter",
	Lead: "What you narrow lists by, under names of your own. Nobody else sees them.", NewLead: "It stands above its list from then on, for you alone.",
	None: "You keep no filters", NoneTodo: "Narrow a list, and save that above it.",
	Name: "Name", NameHint: "Such as: locked out today.",
	List: "List", Narrows: "Narrowed by",
	Save: "Save", Delete: "Delete",
	DidDelete: "They are deleted.",
}

var germanConsoleFilters = ConsoleFilters{
	Title: "Ihre Filter", NewTitle: "Diesen Filter speichern",
	Lead: "Gespeicherte Filter für Listen. Nur Sie sehen sie.", NewLead: "Er steht dann über seiner Liste, nur für Sie.",
	None: "Sie haben keine Filter", NoneTodo: "Filtern Sie eine Liste, und speichern Sie den Filter darüber.",
	Name: "Bezeichnung", NameHint: "Etwa: heute ausgesperrt.",
	List: "Liste", Narrows: "Gefiltert nach",
	Save: "Speichern", Delete: "Löschen",
	DidDelete: "Die Filter sind gelöscht.",
}
