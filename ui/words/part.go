package words

// Part is what the parts of the console say by themselves, whatever page they stand on.
type Part struct {
	Skip     string // the link over the navigation
	Menu     string // the button that opens the navigation where it has no room
	Nav      string // the navigation, for screen readers
	Crumbs   string // the path to the page, for screen readers
	Search   string // the search field's label
	SearchIn string // what it finds, inside the field
	Account  string // the link to one's own account
	SignOut  string
	You      Phrase // the menu of who is signed in, for screen readers: Name
	Version  Phrase // in the foot: Version
	Undo     string // the button beside what was just done

	Theme               string // the choice of light or dark
	System, Light, Dark string
}

var englishPart = Part{
	Skip:     "Skip to the content",
	Menu:     "Menu",
	Nav:      "Console",
	Crumbs:   "You are here",
	Search:   "Search",
	SearchIn: "Find people, roles, applications",
	Account:  "Your account",
	SignOut:  "Sign out",
	You:      "Signed in as {name}",
	Version:  "Gatehouse {version}",
	Undo:     "Undo",
	Theme:    "Appearance",
	System:   "Like the device",
	Light:    "Light",
	Dark:     "Dark",
}

var germanPart = Part{
	Skip:     "Zum Inhalt springen",
	Menu:     "Menü",
	Nav:      "Konsole",
	Crumbs:   "Sie sind hier",
	Search:   "Suche",
	SearchIn: "Personen, Rollen, Anwendungen finden",
	Account:  "Ihr Konto",
	SignOut:  "Abmelden",
	You:      "Angemeldet als {name}",
	Version:  "Gatehouse {version}",
	Undo:     "Rückgängig machen",
	Theme:    "Darstellung",
	System:   "Wie das Gerät",
	Light:    "Hell",
	Dark:     "Dunkel",
}
