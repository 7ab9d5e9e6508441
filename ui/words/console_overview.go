package words

// ConsoleOverview is the first page of the console.
type ConsoleOverview struct {
	Title                                      Title
	SignIns, Refused, Sessions, Ending, People string // figures
	Elsewhere                                  string // where there are no figures to see

	Days                 Plural // how many the chart shows
	Chart                string
	ChartSays            Plural // the same in a sentence, for who cannot see it: N days
	SignedIn, TurnedAway string // what its bars count

	Attention, AllWell string // what somebody should look at, and where there is nothing
	Who, What, Ends    string // heads of the grants that end first
	NoneEnds           string
	More               string // below them
}

var englishConsoleOverview = ConsoleOverview{
	Title:     "Overview",
	SignIns:   "Sign-ins today",
	Refused:   "Refused today",
	Sessions:  "Live sessions",
	Ending:    "Grants ending soon",
	People:    "People",
	Elsewhere: "Choose at the side what you want to look after.",

	Days:      Plural{One: "{n} day", Other: "{n} days"},
	Chart:     "Sign-ins by day",
	ChartSays: Plural{One: "Sign-ins and refused sign-ins of the last day", Other: "Sign-ins and refused sign-ins of each of the last {n} days"},
	SignedIn:  "signed in", TurnedAway: "refused",

	Attention: "Needs attention", AllWell: "Nothing does.",
	Who: "Who", What: "Role or permission", Ends: "Ends",
	NoneEnds: "None ends within seven days.",
	More:     "More of them end within seven days.",
}

var germanConsoleOverview = ConsoleOverview{
	Title:     "Übersicht",
	SignIns:   "Anmeldungen heute",
	Refused:   "Heute abgewiesen",
	Sessions:  "Laufende Sitzungen",
	Ending:    "Bald endende Zuweisungen",
	People:    "Personen",
	Elsewhere: "Wählen Sie an der Seite, worum Sie sich kümmern wollen.",

	Days:      Plural{One: "{n}\u00a0Tag", Other: "{n}\u00a0Tage"},
	Chart:     "Anmeldungen nach Tagen",
	ChartSays: Plural{One: "Anmeldungen und abgewiesene Anmeldungen des letzten Tages", Other: "Anmeldungen und abgewiesene Anmeldungen jedes der letzten {n}\u00a0Tage"},
	SignedIn:  "angemeldet", TurnedAway: "abgewiesen",

	Attention: "Braucht Aufmerksamkeit", AllWell: "Nichts.",
	Who: "Wer", What: "Rolle oder Berechtigung", Ends: "Endet",
	NoneEnds: "Keine endet innerhalb von sieben Tagen.",
	More:     "Weitere enden innerhalb von sieben Tagen.",
}
