package words

// ConsoleSearch is the search over things of all kinds.
type ConsoleSearch struct {
	Title Title
	Lead  string
	Pages string // a kind
}

var englishConsoleSearch = ConsoleSearch{
	Title: "Search",
	Lead:  "Things are found by how a part of their name, address or id begins: Anna Müller by müll, too.",
	Pages: "Pages",
}

var germanConsoleSearch = ConsoleSearch{
	Title: "Suche",
	Lead:  "Gefunden wird, womit ein Teil des Namens, der Adresse oder der Kennung beginnt: Anna Müller auch mit müll.",
	Pages: "Seiten",
}
