package words

// ConsoleSearch is the search over things of all kinds.
type ConsoleSearch struct {
	Title Title
	Lead  string
	Roles string // a kind
}

var englishConsoleSearch = ConsoleSearch{
	Title: "Search",
	Lead:  "People are found by how their address or name begins, applications by their id or name, roles by their id.",
	Roles: "Roles",
}

var germanConsoleSearch = ConsoleSearch{
	Title: "Suche",
	Lead:  "Personen werden am Anfang von Adresse oder Name gefunden, Anwendungen an dem von Kennung oder Name, Rollen an dem der Kennung.",
	Roles: "Rollen",
}
