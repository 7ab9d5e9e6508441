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

	SelectAll string // a box that takes all rows of a page
	Select    Phrase // a box that takes one row: Name
	Selected  Plural // how many rows are taken
	With      string // before the buttons for rows that are taken
	Pages     string // the links to other pages of a list, for screen readers
	Back      string // to the page before
	Next      string
	First     string // to the first page, where nobody knows the one before
	Newer     string // the same where lists begin with the newest
	Older     string
	InAll     Phrase // N rows are all there are
	OfAbout   Phrase // N rows of about Least
	OfMore    Phrase // N rows, and there are more
	TheLast   Phrase // N rows behind others, and no more
	Apply     string // a button: filter a list so
	More      string // unfolds filters that are seldom used
	Further   string // unfolds inputs that are seldom needed
	ByNow     string // before what somebody else put into a field meanwhile
	Empty     string // they emptied it
	Yes, No   string // whether they ticked it
	Filters   string // the filters that count, for screen readers
	Without   Phrase // a link that takes one of them away: Name
	Clear     string // a link that takes all away
	Save      string // a link that keeps the filters under a name
	Kept      string // the list of filters that were
	Manage    string // a link to all of them

	In, Ago  Phrase // a moment to come, a moment past: Wait
	Now      string
	Never    string // a moment that has not been
	Days     Plural // within In and Ago
	NoEnd    string // something that has no end
	Ended    Phrase // something that has: Wait
	Thousand string // between the thousands of a number

	Check    string // the head of a list of what must be mended
	Type     Phrase // an input: type this to confirm: Name
	Cancel   string
	Once     string // over a secret
	Stored   string // a button: the secret is stored
	HandOver string // of links for other people, instead of Once
	Handed   Plural // a button: they are handed over
	Download Phrase // a button: File
	Same     string // over a command

	Numbers       string // unfolds the table of a chart
	Day           string // its first column
	Before, After string // columns of what changed
	Change        string // the column of its name
	Nothing       string // where there was no value, or is none any more
	Passed        string // a step, for screen readers
	Failed        string
	Skipped       string
	Direct        string // a cell of a matrix
	Inherited     Phrase // Name
	InheritedBare string
	Staged        Phrase // Name: how a cell is held, once it is saved
	NotHeld       string
	Results       Plural    // what a search found
	Ending        Plural    // on a day of the calendar
	Weekdays      [7]string // short, from Monday on
	Many          Phrase    // more than can be counted: N
	Below         Phrase    // unfolds what is below something in a tree: Name
	Live          string    // a list that grows by itself
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

	Theme:  "Appearance",
	System: "Like the device",
	Light:  "Light",
	Dark:   "Dark",

	SelectAll: "Select all on this page",
	Select:    "Select {name}",
	Selected:  Plural{One: "{n} selected", Other: "{n} selected"},
	With:      "With the selected:",
	Pages:     "Pages",
	Back:      "Back",
	Next:      "Next",
	First:     "First page",
	Newer:     "Newer",
	Older:     "Older",
	InAll:     "{n} in all",
	OfAbout:   "{n} of about {least}",
	OfMore:    "{n} shown, there are more",
	TheLast:   "the last {n}",
	Apply:     "Apply",
	More:      "More filters",
	Further:   "More options",
	ByNow:     "Meanwhile somebody else set it to:",
	Empty:     "nothing",
	Yes:       "Yes",
	No:        "No",
	Filters:   "Filters",
	Without:   "Remove the filter {name}",
	Clear:     "Clear all",
	Save:      "Save filter",
	Kept:      "Your filters",
	Manage:    "Manage",

	In:       "in {wait}",
	Ago:      "{wait} ago",
	Now:      "now",
	Never:    "never",
	Days:     Plural{One: "{n} day", Other: "{n} days"},
	NoEnd:    "no end",
	Ended:    "ended {wait} ago",
	Thousand: ",",

	Check:    "Please check what you typed",
	Type:     "Type {name} to confirm",
	Cancel:   "Cancel",
	Once:     "This is shown once. Store it now, where you keep your secrets.",
	Stored:   "I have stored it",
	HandOver: "This is shown once. Hand it over now.",
	Handed:   Plural{One: "I have handed it over", Other: "I have handed them over"},
	Download: "Download {file}",
	Same:     "The command that does the same",

	Numbers:       "Show numbers",
	Day:           "Day",
	Before:        "Before",
	After:         "After",
	Change:        "What",
	Nothing:       "nothing",
	Passed:        "Passed:",
	Failed:        "Failed:",
	Skipped:       "Not asked:",
	Direct:        "held",
	Inherited:     "inherited from {name}",
	InheritedBare: "inherited",
	Staged:        "{name}, changed and not saved",
	NotHeld:       "not held",
	Results:       Plural{None: "Nothing found", One: "{n} result", Other: "{n} results"},
	Ending:        Plural{None: "none ends", One: "{n} ends", Other: "{n} end"},
	Weekdays:      [7]string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"},
	Many:          "more than {n}",
	Below:         "Below {name}",
	Live:          "live",
}

// germanPart is the same in German. After "in" and "vor" stands the dative, as in "vor 3 Tagen".
var germanPart = Part{
	Skip:     "Zum Inhalt springen",
	Menu:     "Menü",
	Nav:      "Konsole",
	Crumbs:   "Sie sind hier",
	Search:   "Suche",
	SearchIn: "Personen, Rollen … finden",
	Account:  "Ihr Konto",
	SignOut:  "Abmelden",
	You:      "Angemeldet als {name}",
	Version:  "Gatehouse {version}",
	Undo:     "Rückgängig machen",

	Theme:  "Darstellung",
	System: "Automatisch",
	Light:  "Hell",
	Dark:   "Dunkel",

	SelectAll: "Alle auf dieser Seite auswählen",
	Select:    "{name} auswählen",
	Selected:  Plural{One: "{n} ausgewählt", Other: "{n} ausgewählt"},
	With:      "Ausgewählte:",
	Pages:     "Seiten",
	Back:      "Zurück",
	Next:      "Weiter",
	First:     "Erste Seite",
	Newer:     "Neuere",
	Older:     "Ältere",
	InAll:     "{n}\u00a0insgesamt",
	OfAbout:   "{n}\u00a0von etwa {least}",
	OfMore:    "{n}\u00a0gezeigt, es gibt mehr",
	TheLast:   "die letzten {n}",
	Apply:     "Anwenden",
	More:      "Mehr Filter",
	Further:   "Weitere Angaben",
	ByNow:     "Inzwischen hat jemand anderes das geändert auf:",
	Empty:     "nichts",
	Yes:       "Ja",
	No:        "Nein",
	Filters:   "Filter",
	Without:   "Filter {name} entfernen",
	Clear:     "Alle entfernen",
	Save:      "Filter speichern",
	Kept:      "Ihre Filter",
	Manage:    "Verwalten",

	In:       "in {wait}",
	Ago:      "vor {wait}",
	Now:      "jetzt",
	Never:    "nie",
	Days:     Plural{One: "{n} Tag", Other: "{n} Tagen"},
	NoEnd:    "unbefristet",
	Ended:    "seit {wait} beendet",
	Thousand: ".",

	Check:    "Bitte prüfen Sie Ihre Eingaben",
	Type:     "Geben Sie zur Bestätigung {name} ein",
	Cancel:   "Abbrechen",
	Once:     "Dies wird nur einmal angezeigt. Bewahren Sie es jetzt dort auf, wo Ihre Geheimnisse liegen.",
	Stored:   "Ich habe es gespeichert",
	HandOver: "Dies wird nur einmal angezeigt. Geben Sie es jetzt weiter.",
	Handed:   Plural{One: "Ich habe den Link weitergegeben", Other: "Ich habe die Links weitergegeben"},
	Download: "{file} herunterladen",
	Same:     "Entsprechender Befehl",

	Numbers:       "Zahlen anzeigen",
	Day:           "Tag",
	Before:        "Vorher",
	After:         "Nachher",
	Change:        "Feld",
	Nothing:       "nichts",
	Passed:        "Bestanden:",
	Failed:        "Nicht bestanden:",
	Skipped:       "Nicht geprüft:",
	Direct:        "enthalten",
	Inherited:     "geerbt von {name}",
	InheritedBare: "geerbt",
	Staged:        "{name}, geändert und nicht gespeichert",
	NotHeld:       "nicht enthalten",
	Results:       Plural{None: "Nichts gefunden", One: "{n} Treffer", Other: "{n} Treffer"},
	Ending:        Plural{None: "keine endet", One: "{n} endet", Other: "{n} enden"},
	Weekdays:      [7]string{"Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"},
	Many:          "mehr als {n}",
	Below:         "Unter {name}",
	Live:          "live",
}
