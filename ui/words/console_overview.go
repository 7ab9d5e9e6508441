package words

// ConsoleOverview is the first page of the console.
type ConsoleOverview struct {
	Title                                      Title
	SignIns, Refused, Sessions, Ending, People string // figures
	Elsewhere                                  string // where there are no figures to see
}

var englishConsoleOverview = ConsoleOverview{
	Title:     "Overview",
	SignIns:   "Sign-ins today",
	Refused:   "Refused sign-ins today",
	Sessions:  "Live sessions",
	Ending:    "Grants ending this week",
	People:    "People",
	Elsewhere: "Choose at the side what you want to look after.",
}

var germanConsoleOverview = ConsoleOverview{
	Title:     "Übersicht",
	SignIns:   "Anmeldungen heute",
	Refused:   "Abgewiesene Anmeldungen heute",
	Sessions:  "Laufende Sitzungen",
	Ending:    "Zuweisungen, die diese Woche enden",
	People:    "Personen",
	Elsewhere: "Wählen Sie an der Seite, worum Sie sich kümmern wollen.",
}
