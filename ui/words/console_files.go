package words

// ConsoleFiles are the pages about the house as files.
type ConsoleFiles struct {
	Title                             Title
	Lead                              string
	Export, ExportLead, ExportDo      string
	Apply                             Title
	ApplyLead, ApplyLink              string
	File, FileHint, Typed             string // fields
	Set, SetHint                      string
	Prune, PruneHint                  string
	Adopt, AdoptHint                  string
	Look                              string // a button
	Wrong                             string
	Planned                           Title
	Sure, SureWhy, Do                 string
	Same, SameLead                    string
	Changes, Thing, Action, Fields    string            // heads
	Actions                           map[string]string // what is done with a thing
	Creates, Updates, Deletes, Adopts Plural
	Endeds, More                      Plural
	Done                              Title
	Did                               string
	SecretOf                          Phrase // Name
}

var englishConsoleFiles = ConsoleFiles{
	Title: "House as files", Lead: "Organisations, groups, APIs, roles, scopes, applications, service accounts, memberships, grants and what is behind the gate, as files that can be kept beside code.",
	Export: "Take along", ExportLead: "All that the house holds, as YAML. No secret, no key and no person is in it; people are named by their addresses.", ExportDo: "Download as YAML",
	Apply: "Apply a file", ApplyLead: "What the file says shall be so. What would change is shown first; all of it is done, or nothing. What it does not name stays.", ApplyLink: "Choose a file",
	File: "File", FileHint: "YAML or JSON, up to 1 MiB. The command takes several files, and larger ones.", Typed: "Or its content",
	Set: "Name of the set", SetHint: "Under which it manages what it makes. Files that know nothing of each other have names of their own.",
	Prune: "Remove what it made and names no more", PruneHint: "What was made elsewhere never is.",
	Adopt: "Manage what is there already", AdoptHint: "As if it had been made from this file.",
	Look:  "See what changes",
	Wrong: "The file cannot be used:",

	Planned: "What would change", Sure: "Do this?", SureWhy: "It is done as it stands here, or not at all: where somebody changes the house meanwhile, nothing is done and you look again.", Do: "Apply it",
	Same: "Nothing changes", SameLead: "All is as the file says.",
	Changes: "Changes", Thing: "Thing", Action: "What happens", Fields: "Its fields",
	Actions: map[string]string{"create": "Created", "update": "Changed", "delete": "Removed", "adopt": "Managed from now on", "ended": "Over, stays so"},
	Creates: Plural{One: "{n} thing is created.", Other: "{n} things are created."},
	Updates: Plural{One: "{n} thing is changed.", Other: "{n} things are changed."},
	Deletes: Plural{One: "{n} thing is removed, for good.", Other: "{n} things are removed, for good."},
	Adopts:  Plural{One: "{n} thing is managed by the set from now on.", Other: "{n} things are managed by the set from now on."},
	Endeds:  Plural{One: "{n} grant is over and stays so.", Other: "{n} grants are over and stay so."},
	More:    Plural{One: "{n} more is not shown.", Other: "{n} more are not shown."},
	Done:    "What was done", Did: "The file is applied.", SecretOf: "Secret of {name}",
}

var germanConsoleFiles = ConsoleFiles{
	Title: "Das Haus als Dateien", Lead: "Organisationen, Gruppen, APIs, Rollen, Scopes, Anwendungen, Dienstkonten, Mitgliedschaften, Zuweisungen und was hinter dem Tor steht, als Dateien, die neben Code liegen können.",
	Export: "Mitnehmen", ExportLead: "Alles, was das Haus enthält, als YAML. Kein Geheimnis, kein Schlüssel und keine Person steht darin; Personen werden mit ihren Adressen genannt.", ExportDo: "Als YAML herunterladen",
	Apply: "Eine Datei anwenden", ApplyLead: "Was die Datei sagt, soll so sein. Was sich ändern würde, sehen Sie zuerst; alles davon geschieht, oder nichts. Was sie nicht nennt, bleibt.", ApplyLink: "Datei wählen",
	File: "Datei", FileHint: "YAML oder JSON, bis zu 1\u00a0MiB. Der Befehl nimmt mehrere Dateien, und größere.", Typed: "Oder ihr Inhalt",
	Set: "Name der Dateien", SetHint: "Unter dem sie verwalten, was sie anlegen. Dateien, die nichts voneinander wissen, haben eigene Namen.",
	Prune: "Entfernen, was sie angelegt hat und nicht mehr nennt", PruneHint: "Was anderswo angelegt wurde, bleibt immer.",
	Adopt: "Verwalten, was es schon gibt", AdoptHint: "Als wäre es aus dieser Datei entstanden.",
	Look:  "Ansehen, was sich ändert",
	Wrong: "Die Datei lässt sich nicht verwenden:",

	Planned: "Was sich ändern würde", Sure: "Das tun?", SureWhy: "Es geschieht, wie es hier steht, oder gar nicht: Ändert jemand inzwischen das Haus, geschieht nichts, und Sie sehen noch einmal nach.", Do: "Anwenden",
	Same: "Nichts ändert sich", SameLead: "Alles ist, wie die Datei sagt.",
	Changes: "Änderungen", Thing: "Was", Action: "Was geschieht", Fields: "Die Felder davon",
	Actions: map[string]string{"create": "Angelegt", "update": "Geändert", "delete": "Entfernt", "adopt": "Von nun an verwaltet", "ended": "Beendet, bleibt so"},
	Creates: Plural{One: "{n}\u00a0Ding wird angelegt.", Other: "{n}\u00a0Dinge werden angelegt."},
	Updates: Plural{One: "{n}\u00a0Ding wird geändert.", Other: "{n}\u00a0Dinge werden geändert."},
	Deletes: Plural{One: "{n}\u00a0Ding wird entfernt, endgültig.", Other: "{n}\u00a0Dinge werden entfernt, endgültig."},
	Adopts:  Plural{One: "{n}\u00a0Ding wird von nun an damit verwaltet.", Other: "{n}\u00a0Dinge werden von nun an damit verwaltet."},
	Endeds:  Plural{One: "{n}\u00a0Zuweisung ist beendet und bleibt es.", Other: "{n}\u00a0Zuweisungen sind beendet und bleiben es."},
	More:    Plural{One: "{n}\u00a0weiteres wird nicht gezeigt.", Other: "{n}\u00a0weitere werden nicht gezeigt."},
	Done:    "Was geschehen ist", Did: "Die Datei ist angewandt.", SecretOf: "Geheimnis von {name}",
}
