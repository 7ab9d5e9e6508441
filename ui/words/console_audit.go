package words

// ConsoleAudit are the pages about what was recorded.
type ConsoleAudit struct {
	Title Title
	Lead  string

	Action, ActionHint, Actor, ActorHint string // heads, filters, facts
	Resource, ResourceHint, Outcome      string
	Last, Hour, Day, Week                string
	IP, Client, Since, Until             string
	Done, Denied, When, Events           string
	Nobody                               string
	Kinds                                map[string]string // of who acts
	Days, Hours, Counted                 Plural            // N bars, N events
	AnHour, NotDrawn                     string            // head of the bars; why there are none
	None, NoneTodo, All                  string
	Lines, Sheet                         string // links to a file: of lines, for a spreadsheet
	Further, FurtherTodo                 string // a page that ends before it found anything

	Live             Title
	LiveLead, Again  string
	Event            string // in the path to a page below one
	Known, Changed   string // heads
	WasErased        string
	Reason, Agent    string
	Request          string
	Trail, Prove     string // links
	Proof            Title
	ProofLead        string
	Index, Size, Key string

	Verify                          Title
	VerifyLead, VerifyDo            string
	Good, Forged                    string
	Findings, Noticed, NotProved    string
	Sealed, Waiting, Pruned, Erased string
	Checkpoint, Kept                string
	Verification, Verifying         Title  // what is over, and what is under way
	Verifications                   string // those that are kept
	VerificationsLead               string
	VerifyStates                    map[string]string
	VerifyBad                       string // a done one that found something
	VerifyRuns, VerifyBegins        string
	VerifyProgress                  Phrase // N of hundred
	VerifyAgain, VerifyLook         string
	VerifyLeave, VerifyStop         string
	VerifyBegan, VerifyEnded        string
	VerifyInterrupted               string
	VerifyForeign                   string

	Heads                           Title // signed heads of the log
	HeadsLead, NoHeads, NoHeadsTodo string
	KeptSize                        string // a field: how many entries a checkpoint is about
	Consistency                     Title
	ConsistencyLead                 string
	EraseLink                       string
	Erase                           Title
	EraseLead, EraseWho, EraseGoOn  string
	EraseWhoHint                    string
	EraseTitle                      Title // Name: an id
	EraseWhy, EraseStays            string
	EraseElsewhere, EraseDo         string
	EraseMistyped                   string
	EraseDone                       Plural
}

var englishConsoleAudit = ConsoleAudit{
	Title: "Audit log",
	Lead:  "What was done and what was refused, the latest first.",

	Action: "What", ActionHint: "grant.create, or grant.", Actor: "Who", ActorHint: "An address, or service:ci",
	Resource: "To what", ResourceHint: "An address, or role:editor", Outcome: "Outcome",
	Last: "How lately", Hour: "Within the hour", Day: "Within a day", Week: "Within a week",
	IP: "From", Client: "Application", Since: "Since (UTC)", Until: "Until (UTC)",
	Done: "Done", Denied: "Refused", When: "When", Events: "events",
	Nobody: "not signed in",
	Kinds:  map[string]string{"client": "application", "console": "command line", "house": "Gatehouse itself", "person": "person", "service": "service account"},
	Days:   Plural{One: "Events of one day", Other: "Events by day, {n} days"},
	Hours:  Plural{One: "Events of one hour", Other: "Events by hour, {n} hours"}, AnHour: "Hour",
	NotDrawn: "There is no chart: what is asked for lies among too much to be counted at once. Narrow the time.",
	Counted:  Plural{None: "None was counted", One: "{n} event was counted", Other: "{n} events were counted"},
	None:     "Nothing of that was recorded", NoneTodo: "Take a filter away, or look further back.", All: "The whole log", Lines: "Export NDJSON", Sheet: "Export CSV",
	Further: "Nothing among the latest", FurtherTodo: "What is asked for is rare among much. Older events are on the next page.",

	Live:     "As it happens",
	LiveLead: "The latest events, and what comes to them. Without scripts, load it again.", Again: "Load again",
	Event: "Event",
	Known: "Details", Changed: "What changed",
	WasErased: "What the event held of a person was erased, since they were deleted.",
	Reason:    "Reason", Agent: "Browser or program",
	Request: "Request",
	Trail:   "All about this", Prove: "Prove it",
	Proof:     "Proof that it was recorded",
	ProofLead: "Whoever has the public key of the log can see by this text that the event is in it, and was not changed.",
	Index:     "Entry", Size: "Entries then", Key: "Public key of the log",

	Verify:     "Verify the log",
	VerifyLead: "Every event is looked at: whether it is what was recorded, and whether one is missing. Of a large log that takes minutes.", VerifyDo: "Verify now",
	Good: "The log is what was recorded.", Forged: "The log is not what was recorded.",
	Findings: "What is wrong", Noticed: "What was noticed while it ran", NotProved: "What this does not prove",
	Sealed: "Entries", Waiting: "Not sealed yet", Pruned: "Beyond the retention", Erased: "Without what was personal",
	Checkpoint: "Last checkpoint", Kept: "Checkpoints kept elsewhere",
	Verification: "Verification of the log", Verifying: "Verification under way", Verifications: "Earlier verifications", VerificationsLead: "The latest twenty are kept.",
	VerifyStates: map[string]string{"running": "Running", "done": "As recorded", "stopped": "Stopped", "interrupted": "Interrupted", "foreign": "Not written by Gatehouse"},
	VerifyBad:    "Not as recorded", VerifyRuns: "The log is looked at", VerifyBegins: "It begins", VerifyProgress: "{n} % done",
	VerifyAgain: "It was begun anew, since the server ended meanwhile", VerifyLook: "See how far it is",
	VerifyLeave: "This goes on in the background: you may leave this page and come back.", VerifyStop: "Stop",
	VerifyBegan: "Began", VerifyEnded: "Ended",
	VerifyInterrupted: "Each time it was begun the server ended before it did, or it failed. The log of the server says why.",
	VerifyForeign:     "The result that the database has was not written by Gatehouse, and is not shown. Verify the log again.",

	Heads: "Checkpoints", HeadsLead: "Signed heads of the log, the smallest first. Whoever kept one can have it proved that the log still begins with all of it.",
	NoHeads: "There is no checkpoint yet", NoHeadsTodo: "One is made as soon as something was recorded and sealed.",
	KeptSize: "Entries of the checkpoint", Consistency: "Proof that nothing before was changed",
	ConsistencyLead: "Whoever kept a checkpoint of that many entries, and has the public key of the log, can see by this text that the log still begins with them.",
	EraseLink:       "Erase a person", Erase: "Erase a person from the log", EraseLead: "For somebody who was deleted. Whoever has an account is deleted first.",
	EraseWho: "Id of the person", EraseWhoHint: "usr_…, as the log says", EraseGoOn: "Continue", EraseTitle: "Erase what the log holds of {name}?",
	EraseWhy:   "Names, addresses, browsers and documents of this person are taken out of every event, for good. Nothing brings them back.",
	EraseStays: "That something happened, when, and to whom by id, stays; the seal stays whole, and an event tells of this.", EraseElsewhere: "Back-ups and exports that were made before keep what they have.",
	EraseDo: "Erase", EraseMistyped: "This is not the id.",
	EraseDone: Plural{None: "Nothing of them was left in the log.", One: "{n} event holds nothing of them any more but the id.", Other: "{n} events hold nothing of them any more but the id."},
}

var germanConsoleAudit = ConsoleAudit{
	Title: "Audit-Protokoll",
	Lead:  "Was geschehen ist und was abgewiesen wurde, das Neueste zuerst.",

	Action: "Was", ActionHint: "grant.create oder grant.", Actor: "Wer", ActorHint: "Eine Adresse oder service:ci",
	Resource: "Objekt", ResourceHint: "Eine Adresse oder role:editor", Outcome: "Ergebnis",
	Last: "Zeitraum", Hour: "In der letzten Stunde", Day: "In den letzten 24 Stunden", Week: "In den letzten 7 Tagen",
	IP: "IP-Adresse", Client: "Anwendung", Since: "Seit (UTC)", Until: "Bis (UTC)",
	Done: "Erfolgreich", Denied: "Abgewiesen", When: "Wann", Events: "Ereignisse",
	Nobody: "nicht angemeldet",
	Kinds:  map[string]string{"client": "Anwendung", "console": "Befehlszeile", "house": "Gatehouse selbst", "person": "Person", "service": "Dienstkonto"},
	Days:   Plural{One: "Ereignisse eines Tages", Other: "Ereignisse nach Tagen, {n}\u00a0Tage"},
	Hours:  Plural{One: "Ereignisse einer Stunde", Other: "Ereignisse nach Stunden, {n}\u00a0Stunden"}, AnHour: "Stunde",
	NotDrawn: "Kein Diagramm: Der Zeitraum enthält zu viele Ereignisse, um sie auf einmal zu zählen. Grenzen Sie ihn ein.",
	Counted:  Plural{None: "Kein Ereignis", One: "{n}\u00a0Ereignis", Other: "{n}\u00a0Ereignisse"},
	None:     "Keine Ereignisse", NoneTodo: "Entfernen Sie einen Filter, oder wählen Sie einen längeren Zeitraum.", All: "Das ganze Protokoll", Lines: "NDJSON-Export", Sheet: "CSV-Export",
	Further: "Nichts unter den neuesten", FurtherTodo: "Unter den neuesten Ereignissen ist kein passendes. Ältere Ereignisse stehen auf der nächsten Seite.",

	Live:     "Live",
	LiveLead: "Die neuesten Ereignisse, und alles, was hinzukommt. Ohne JavaScript laden Sie die Seite neu.", Again: "Neu laden",
	Event: "Ereignis",
	Known: "Details", Changed: "Änderungen",
	WasErased: "Was das Ereignis von einer Person enthielt, ist gelöscht, weil sie gelöscht wurde.",
	Reason:    "Grund", Agent: "Browser oder Programm",
	Request: "Anfrage",
	Trail:   "Alles dazu", Prove: "Nachweis anzeigen",
	Proof:     "Nachweis, dass es aufgezeichnet wurde",
	ProofLead: "Wer den öffentlichen Schlüssel des Protokolls hat, sieht an diesem Text, dass das Ereignis darin steht und nicht verändert wurde.",
	Index:     "Eintrag", Size: "Einträge damals", Key: "Öffentlicher Schlüssel des Protokolls",

	Verify:     "Protokoll prüfen",
	VerifyLead: "Jedes Ereignis wird geprüft: ob es unverändert ist und ob eines fehlt. Bei einem großen Protokoll dauert das Minuten.", VerifyDo: "Jetzt prüfen",
	Good: "Das Protokoll ist unverändert.", Forged: "Das Protokoll wurde verändert.",
	Findings: "Was nicht stimmt", Noticed: "Was im Betrieb auffiel", NotProved: "Was die Prüfung nicht beweist",
	Sealed: "Einträge", Waiting: "Noch nicht versiegelt", Pruned: "Nach Ablauf der Aufbewahrung entfernt", Erased: "Personenbezogenes getilgt",
	Checkpoint: "Letzter Prüfpunkt", Kept: "Anderswo verwahrte Prüfpunkte",
	Verification: "Prüfung des Protokolls", Verifying: "Laufende Prüfung", Verifications: "Frühere Prüfungen", VerificationsLead: "Die letzten zwanzig werden aufbewahrt.",
	VerifyStates: map[string]string{"running": "Läuft", "done": "Unverändert", "stopped": "Abgebrochen", "interrupted": "Unterbrochen", "foreign": "Nicht von Gatehouse geschrieben"},
	VerifyBad:    "Verändert", VerifyRuns: "Das Protokoll wird geprüft", VerifyBegins: "Die Prüfung beginnt", VerifyProgress: "{n}\u00a0% erledigt",
	VerifyAgain: "Sie begann von vorn, weil der Server zwischendurch beendet wurde", VerifyLook: "Stand aktualisieren",
	VerifyLeave: "Die Prüfung läuft im Hintergrund: Sie können diese Seite verlassen und wiederkommen.", VerifyStop: "Abbrechen",
	VerifyBegan: "Begonnen", VerifyEnded: "Beendet",
	VerifyInterrupted: "Jedes Mal, wenn sie begann, wurde der Server vor ihrem Ende beendet, oder sie schlug fehl. Das Log des Servers sagt, warum.",
	VerifyForeign:     "Das Ergebnis in der Datenbank hat nicht Gatehouse geschrieben; es wird nicht gezeigt. Prüfen Sie das Protokoll noch einmal.",

	Heads: "Prüfpunkte", HeadsLead: "Signierte Stände des Protokolls, der älteste zuerst. Wer einen verwahrt hat, kann sich nachweisen lassen, dass das Protokoll noch mit allem davon beginnt.",
	NoHeads: "Es gibt noch keinen Prüfpunkt", NoHeadsTodo: "Einer entsteht, sobald etwas aufgezeichnet und versiegelt ist.",
	KeptSize: "Einträge des Prüfpunkts", Consistency: "Nachweis, dass davor nichts verändert wurde",
	ConsistencyLead: "Wer einen Prüfpunkt von so vielen Einträgen verwahrt und den öffentlichen Schlüssel des Protokolls hat, sieht an diesem Text, dass das Protokoll noch mit ihnen beginnt.",
	EraseLink:       "Eine Person tilgen", Erase: "Eine Person aus dem Protokoll tilgen", EraseLead: "Für jemanden, der gelöscht wurde. Wer ein Konto hat, wird zuerst gelöscht.",
	EraseWho: "Kennung der Person", EraseWhoHint: "usr_…, laut Protokoll", EraseGoOn: "Weiter", EraseTitle: "Tilgen, was das Protokoll von {name} enthält?",
	EraseWhy:   "Namen, Adressen, Browser und Dokumente dieser Person werden aus jedem Ereignis entfernt, endgültig. Nichts bringt sie zurück.",
	EraseStays: "Was geschah, wann und (als Kennung) mit wem, bleibt; das Siegel bleibt gültig, und ein Ereignis hält die Tilgung fest.", EraseElsewhere: "Frühere Sicherungen und Exporte behalten, was sie haben.",
	EraseDo: "Tilgen", EraseMistyped: "Das ist nicht die Kennung.",
	EraseDone: Plural{None: "Von der Person stand nichts mehr im Protokoll.", One: "{n}\u00a0Ereignis enthält von der Person nur noch die Kennung.", Other: "{n}\u00a0Ereignisse enthalten von der Person nur noch die Kennung."},
}
