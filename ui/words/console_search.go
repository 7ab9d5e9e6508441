package words

// ConsoleSearch is the search over things of all kinds.
type ConsoleSearch struct {
	Title Title
	Lead  string
	Pages string // a kind
}

var englishConsoleSearch = ConsoleSearch{
	Title: "Search",
	Lead:  "Things are found by how their name, address or id begins.",
	Pages: "Pages",
}

var germanConsoleSearch = ConsoleSearch{
	Title: "Suche",
	Lead:  "Gefunden wird, wessen Name, Adresse oder Kennung so beginnt.",
	Pages: "Seiten",
}
