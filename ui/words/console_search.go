package words

// ConsoleSearch is the search over things of all kinds.
type ConsoleSearch struct {
	Title Title
	Lead  string
	Pages string // a kind
}

var englishConsoleSearch = ConsoleSearch{
	Title: "Search",
	Lead:  "Finds names, addresses and ids by how any part of them begins: müll finds Anna Müller.",
	Pages: "Pages",
}

var germanConsoleSearch = ConsoleSearch{
	Title: "Suche",
	Lead:  "Gesucht wird nach dem Anfang jedes Teils von Name, Adresse und Kennung: müll findet Anna Müller.",
	Pages: "Seiten",
}
