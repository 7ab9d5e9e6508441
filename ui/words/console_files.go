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
	Export: "Export", ExportLead: "All that the house holds, as YAML. No secret, no key and no person is in it; people are named by their addresses.", ExportDo: "Download as YAML",
	Apply: "Apply a file", ApplyLead: "What the file says shall be so. What would change is shown first; all of it is done, or nothing. What it does not name stays.", ApplyLink: "Choose a file",
	File: "File", FileHint: "YAML or JSON, up to 1 MiB. The command takes several files, and larger ones.", Typed: "Or its content",
	Set: "Name of the set", SetHint: "Under which it manages what it makes. Files that know nothing of each other have names of their own.",
	Prune: "Remove what it made and names no more", PruneHint: "What was made elsewhere never is.",
	Adopt: "Manage what is there already", AdoptHint: "As if it had been made from this file.",
	Look:  "Review changes",
	Wrong: "The file cannot be used:",

	Planned: "What would change", Sure: "Do this?", SureWhy: "It is done as shown here, or not at all: where somebody changes the house meanwhile, nothing is done and you look again.", Do: "Apply",
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
	Title: "Konfigurationsdateien", Lead: "Organisationen, Gruppen, APIs, Rollen, Scopes, Anwendungen, Dienstkonten, Mitgliedschaften, Zuweisungen und was hinter dem Gate steht, als Dateien, die sich mit Ihrem Code versionieren lassen.",
	Export: "Exportieren", ExportLead: "Alles, was sich so verwalten lässt, als YAML. Geheimnisse, Schlüssel und Personen stehen nicht darin; Personen werden nur mit ihren Adressen genannt.", ExportDo: "Als YAML herunterladen",
	Apply: "Eine Datei anwenden", ApplyLead: "Danach ist alles so, wie die Datei es beschreibt. Sie sehen zuerst, was sich ändern würde; es geschieht ganz oder gar nicht. Was sie nicht nennt, bleibt.", ApplyLink: "Datei wählen",
	File: "Datei", FileHint: "YAML oder JSON, bis zu 1\u00a0MiB. Der Befehl nimmt mehrere Dateien, und größere.", Typed: "Oder ihr Inhalt",
	Set: "Name der Dateien", SetHint: "Unter diesem Namen wird verwaltet, was sie anlegen. Dateien, die nichts miteinander zu tun haben, bekommen eigene Namen.",
	Prune: "Entfernen, was sie früher angelegt hat und nicht mehr nennt", PruneHint: "Was anderswo angelegt wurde, bleibt immer.",
	Adopt: "Verwalten, was es schon gibt", AdoptHint: "Als wäre es aus dieser Datei entstanden.",
	Look:  "Änderungen prüfen",
	Wrong: "Die Datei lässt sich nicht verwenden:",

	Planned: "Was sich ändern würde", Sure: "Diese Änderungen anwenden?", SureWhy: "Es geschieht, wie es hier steht, oder gar nicht: Ändert jemand inzwischen etwas, geschieht nichts, und Sie prüfen noch einmal.", Do: "Anwenden",
	Same: "Nichts ändert sich", SameLead: "Alles ist schon so, wie die Datei es beschreibt.",
	Changes: "Änderungen", Thing: "Was", Action: "Was geschieht", Fields: "Felder",
	Actions: map[string]string{"create": "Angelegt", "update": "Geändert", "delete": "Entfernt", "adopt": "Von nun an verwaltet", "ended": "Bleibt beendet"},
	Creates: Plural{One: "{n}\u00a0Objekt wird angelegt.", Other: "{n}\u00a0Objekte werden angelegt."},
	Updates: Plural{One: "{n}\u00a0Objekt wird geändert.", Other: "{n}\u00a0Objekte werden geändert."},
	Deletes: Plural{One: "{n}\u00a0Objekt wird entfernt, endgültig.", Other: "{n}\u00a0Objekte werden entfernt, endgültig."},
	Adopts:  Plural{One: "{n}\u00a0Objekt wird von nun an damit verwaltet.", Other: "{n}\u00a0Objekte werden von nun an damit verwaltet."},
	Endeds:  Plural{One: "{n}\u00a0Zuweisung ist beendet und bleibt es.", Other: "{n}\u00a0Zuweisungen sind beendet und bleiben es."},
	More:    Plural{One: "{n}\u00a0weiteres wird nicht gezeigt.", Other: "{n}\u00a0weitere werden nicht gezeigt."},
	Done:    "Was geschehen ist", Did: "Die Datei ist angewandt.", SecretOf: "Geheimnis von {name}",
}
