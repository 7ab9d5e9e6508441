package words

// ConsoleImports are the pages about people who are taken in by the file.
type ConsoleImports struct {
	Title Title
	Lead  string
	Link  string // on the list of people

	File, FileHint, Typed, TypedHint, Look  string // the form
	Columns, ColumnsLead, Example, Bounds   string
	Earlier, EarlierLead, Import, Unnamed   string
	State, Rows, New, Made, Known, Wrong    string // heads, facts and tiles
	When, Ended, Over, By, Why              string
	States, Whys, Outcomes                  map[string]string
	One                                     Title // File
	Run, RunAsk, KnownStay, WrongStay       Plural
	RunWhy, NobodyNew                       string
	MadeNow                                 Plural // N people: a head at its end
	NoPassword, ShowNoPassword, ShowPeople  string // below it
	Running, LeaveIt, Stop                  string
	Discard, DiscardWhy, Discarded          string
	Progress                                Phrase // N, Least
	WrongRows                               Plural
	About, RowsOf, RowsLead, NoRows, Report string
	AllRows, Line, Outcome, Problem         string
}

var englishConsoleImports = ConsoleImports{
	Title: "Import people",
	Lead:  "A file is looked at first, row by row. Nobody is made before you have seen what it comes to.",
	Link:  "Import",

	File: "File", FileHint: "CSV whose first line names the columns, or a line of JSON for each person. UTF-8.", Typed: "Or its text", TypedHint: "Counts where no file was chosen", Look: "Review",
	Columns: "What a row can hold", ColumnsLead: "A column that is not known is refused.", Example: "A file of people",
	Bounds:  "Columns are email, name, email_verified, the claims by their names (given_name, family_name, locale, zoneinfo, phone_number, address.locality …) and attributes.NAME. Up to 4 MiB and 10,000 rows. No file brings passwords: whoever is made chooses one by a link that you make for them afterwards.",
	Earlier: "Earlier imports", EarlierLead: "Up to fifty are kept, each for a week after its end.", Import: "File", Unnamed: "Typed text",
	State: "State", Rows: "Rows", New: "New", Made: "Created", Known: "There already", Wrong: "Wrong",
	When: "Looked at", Ended: "Ended", Over: "Kept until", By: "By", Why: "Why",
	States:   map[string]string{"checked": "Looked at", "running": "Running", "done": "Done", "stopped": "Stopped"},
	Whys:     map[string]string{"asked": "Somebody stopped it.", "right": "Who began it may create people no more.", "rows": "Some of its rows were gone before their turn. Import the file again: who is there already stays."},
	Outcomes: map[string]string{"wrong": "Wrong", "known": "There already", "new": "New", "made": "Created"},
	One:      "Import of {file}",
	Run:      Plural{One: "Import {n} person", Other: "Import {n} people"}, RunAsk: Plural{One: "Import {n} person?", Other: "Import {n} people?"},
	KnownStay: Plural{One: "{n} row is of somebody who is there already, and stays as they are.", Other: "{n} rows are of people who are there already, and stay as they are."},
	WrongStay: Plural{One: "{n} row is wrong and brings nobody. Mend the file and look at it again, if they are to come along.", Other: "{n} rows are wrong and bring nobody. Mend the file and look at it again, if they are to come along."},
	RunWhy:    "They are created in the background, in your name, and are recorded one by one. They have no password: each of them chooses one by a link that you make for them afterwards. It can be stopped; who is created stays.",
	MadeNow:   Plural{One: "{n} person is created", Other: "{n} people are created"}, NoPassword: "Nobody of them can sign in without a password. Choose people in the list, and hand each a link by which they choose their own.",
	ShowNoPassword: "Who has no password", ShowPeople: "All whom it created",
	NobodyNew: "Nobody in this file is new. There is nothing to import.",
	Running:   "The import runs", LeaveIt: "You can leave this page and come back: it goes on.", Stop: "Stop",
	Discard: "Discard", DiscardWhy: "It is forgotten, with its rows and its report. Whoever was created stays.", Discarded: "The import is forgotten.",
	Progress:  "{n} of {least}",
	WrongRows: Plural{None: "none wrong", One: "{n} wrong", Other: "{n} wrong"},
	About:     "About this import", RowsOf: "Its rows", RowsLead: "Those that are wrong come first.", NoRows: "There are none here.", Report: "Report (CSV)",
	AllRows: "All rows", Line: "Line", Outcome: "What came of it", Problem: "What is wrong",
}

var germanConsoleImports = ConsoleImports{
	Title: "Personen importieren",
	Lead:  "Eine Datei wird zuerst geprüft, Zeile für Zeile. Niemand wird angelegt, bevor Sie das Ergebnis gesehen haben.",
	Link:  "Importieren",

	File: "Datei", FileHint: "CSV, deren erste Zeile die Spalten nennt, oder eine Zeile JSON je Person. UTF-8.", Typed: "Oder ihr Text", TypedHint: "Zählt, wenn keine Datei gewählt ist", Look: "Prüfen",
	Columns: "Was eine Zeile enthalten kann", ColumnsLead: "Eine unbekannte Spalte wird abgewiesen.", Example: "Eine Datei mit Personen",
	Bounds:  "Spalten sind email, name, email_verified, die Angaben unter ihren Namen (given_name, family_name, locale, zoneinfo, phone_number, address.locality …) und attributes.NAME. Bis zu 4 MiB und 10.000 Zeilen. Passwörter bringt keine Datei mit: Wer angelegt wird, wählt eines über einen Link, den Sie danach erstellen.",
	Earlier: "Frühere Importe", EarlierLead: "Bis zu fünfzig bleiben nach ihrem Ende eine Woche lang erhalten.", Import: "Quelle", Unnamed: "Eingegebener Text",
	State: "Zustand", Rows: "Zeilen", New: "Neu", Made: "Angelegt", Known: "Schon da", Wrong: "Fehlerhaft",
	When: "Geprüft", Ended: "Beendet", Over: "Aufbewahrt bis", By: "Von", Why: "Grund",
	States:   map[string]string{"checked": "Geprüft", "running": "Läuft", "done": "Fertig", "stopped": "Angehalten"},
	Whys:     map[string]string{"asked": "Jemand hat den Import angehalten.", "right": "Wer ihn begonnen hat, darf keine Personen mehr anlegen.", "rows": "Einige Zeilen waren gelöscht, bevor sie an der Reihe waren. Importieren Sie die Datei noch einmal: Wer schon angelegt ist, bleibt."},
	Outcomes: map[string]string{"wrong": "Fehlerhaft", "known": "Schon da", "new": "Neu", "made": "Angelegt"},
	One:      "Import von {file}",
	Run:      Plural{One: "{n}\u00a0Person importieren", Other: "{n}\u00a0Personen importieren"}, RunAsk: Plural{One: "{n}\u00a0Person importieren?", Other: "{n}\u00a0Personen importieren?"},
	KnownStay: Plural{One: "{n}\u00a0Zeile nennt jemanden, den es schon gibt; diese Person bleibt, wie sie ist.", Other: "{n}\u00a0Zeilen nennen Personen, die es schon gibt; sie bleiben, wie sie sind."},
	WrongStay: Plural{One: "{n}\u00a0Zeile ist fehlerhaft und legt niemanden an. Soll die Person dabei sein, berichtigen Sie die Datei und prüfen Sie sie erneut.", Other: "{n}\u00a0Zeilen sind fehlerhaft und legen niemanden an. Sollen diese Personen dabei sein, berichtigen Sie die Datei und prüfen Sie sie erneut."},
	RunWhy:    "Sie werden im Hintergrund angelegt, in Ihrem Namen, und einzeln aufgezeichnet. Sie haben kein Passwort: Jede wählt eines über einen Link, den Sie danach erstellen. Sie können anhalten; wer angelegt ist, bleibt.",
	MadeNow:   Plural{One: "{n}\u00a0Person ist angelegt", Other: "{n}\u00a0Personen sind angelegt"}, NoPassword: "Ohne Passwort kann sich niemand davon anmelden. Wählen Sie Personen in der Liste, und geben Sie jeder einen Link, mit dem sie ihr eigenes wählt.",
	ShowNoPassword: "Wer kein Passwort hat", ShowPeople: "Alle Angelegten",
	NobodyNew: "In dieser Datei ist niemand neu. Es gibt nichts zu importieren.",
	Running:   "Der Import läuft", LeaveIt: "Sie können diese Seite verlassen und wiederkommen: Er geht weiter.", Stop: "Anhalten",
	Discard: "Verwerfen", DiscardWhy: "Der Import wird gelöscht, samt Zeilen und Bericht. Wer angelegt ist, bleibt.", Discarded: "Der Import ist verworfen.",
	Progress:  "{n}\u00a0von {least}",
	WrongRows: Plural{None: "keine fehlerhaft", One: "{n}\u00a0fehlerhaft", Other: "{n}\u00a0fehlerhaft"},
	About:     "Über diesen Import", RowsOf: "Die Zeilen", RowsLead: "Fehlerhafte stehen zuerst.", NoRows: "Hier sind keine.", Report: "Bericht (CSV)",
	AllRows: "Alle Zeilen", Line: "Zeile", Outcome: "Ergebnis", Problem: "Problem",
}
