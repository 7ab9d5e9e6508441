package words

// ConsoleSearch is the search over things of all kinds.
type ConsoleSearch struct {
	Title               Title
	Lead                string
	Applications, Roles string // kinds
}

var englishConsoleSearch = ConsoleSearch{
	Title:        "Search",
	Lead:         "People are found by how their address or name begins, applications and roles by how their id does.",
	Applications: "Applications",
	Roles:        "Roles",
}

var germanConsoleSearch = ConsoleSearch{
	Title:        "Suche",
	Lead:         "Personen werden am Anfang von Adresse oder Name gefunden, Anwendungen und Rollen am Anfang ihrer Kennung.",
	Applications: "Anwendungen",
	Roles:        "Rollen",
}
