package words

// ConsoleContainer are the pages about groups, or about organisations, where the two differ.
type ConsoleContainer struct {
	Title                  Title
	Lead                   string
	Create, All            string // links
	None, NoneTodo         string // an empty list
	New                    Title
	EditTitle, DeleteTitle Title  // Name
	Made, Changed, Deleted string // what was just done
}

// ConsoleMembers are the same pages where they do not differ, and who is in one of them.
type ConsoleMembers struct {
	Title                      Title
	Overview                   string // a tab
	Find, NotFound             string
	Name, Description, Created string // heads
	Known                      string
	Managers, NoManagers       string
	Gives, GivesWhy, NoGives   string
	MoreGrants                 string
	Within                     string // a head: groups in it
	What, Ends, Reason         string // heads
	Who, WhoHint, Kind, Since  string
	For                        string
	Add, Remove, Edit, Delete  string // links and buttons
	Save                       string
	Grant, Grants              string // links: to grant it something, and to all that was
	Nobody, NobodyTodo         string
	AddTitle                   Title // Name
	Change                     string
	AddWhy, AddNothing         string
	RemoveTitle                Title // Name and Label
	RemoveWhy, RemoveNothing   string
	Kept                       string
	DeleteWhy, DeleteMany      Plural // N
	Added, Removed             string // what was just done
}

var englishConsoleGroups = ConsoleContainer{
	Title: "Groups", Lead: "Names for people and programs to whom the same is granted.",
	Create: "Create a group", All: "All groups",
	None: "There is no group", NoneTodo: "Create one, put people into it, and grant a role to it: whoever joins has what the group has.",
	New: "New group", EditTitle: "Change the group {name}", DeleteTitle: "Delete the group {name}?",
	Made: "The group is created. Nobody is in it yet.", Changed: "The group is changed.", Deleted: "The group is deleted.",
}

var englishConsoleOrganisations = ConsoleContainer{
	Title: "Organisations", Lead: "Customers, tenants or sites: within one, somebody may have rights that count there alone.",
	Create: "Create an organisation", All: "All organisations",
	None: "There is no organisation", NoneTodo: "Create one where the same people may do different things for different customers.",
	New: "New organisation", EditTitle: "Change the organisation {name}", DeleteTitle: "Delete the organisation {name}?",
	Made: "The organisation is created. Nobody is in it yet.", Changed: "The organisation is changed.", Deleted: "The organisation is deleted.",
}

var englishConsoleMembers = ConsoleMembers{
	Title: "Members", Overview: "Overview",
	Find: "Find by id or description", NotFound: "Take the search away, or create it.",
	Name: "Id", Description: "Description", Created: "Created",
	Known:    "Details",
	Managers: "Members managed by", NoManagers: "Nobody in particular",
	Gives: "What it gives", GivesWhy: "to everybody who is in it", NoGives: "Nothing is granted to it. Who is in it has nothing by that.",
	MoreGrants: "There are more grants than are shown.",
	Within:     "Groups in it",
	What:       "What", Ends: "Ends", Reason: "Reason",
	Who: "Who", WhoHint: "The email address of a person, or an id", Kind: "Kind", Since: "Since",
	For: "For how long",
	Add: "Add somebody", Remove: "Remove", Edit: "Change", Delete: "Delete",
	Save: "Save", Grant: "Grant something", Grants: "All its grants",
	Nobody: "Nobody is in it", NobodyTodo: "Add people, service accounts, applications, or whole groups.",
	AddTitle: "Add somebody to {name}", AddWhy: "Whoever is added may do this at once:", AddNothing: "Nothing is granted to it today: whoever is added gains nothing yet.",
	Change:      "Change for how long they are in it, and why",
	RemoveTitle: "Remove {name} from {label}?", RemoveWhy: "This ends for them at once, unless they have it by another way:", RemoveNothing: "Nothing is granted to it, so they lose nothing by this.",
	Kept:       "It cannot be deleted while something is granted to it. Revoke these grants first.",
	DeleteWhy:  Plural{None: "Nobody is in it. This cannot be undone.", One: "{n} member is in it no more. This cannot be undone.", Other: "{n} members are in it no more. This cannot be undone."},
	DeleteMany: Plural{Other: "More than {n} members are in it no more. This cannot be undone."},
	Added:      "It is done: they are in it.", Removed: "They are in it no more.",
}

var germanConsoleGroups = ConsoleContainer{
	Title: "Gruppen", Lead: "Personen und Programme, denen dasselbe zugewiesen wird.",
	Create: "Gruppe anlegen", All: "Alle Gruppen",
	None: "Es gibt keine Gruppe", NoneTodo: "Legen Sie eine an, nehmen Sie Personen auf, und weisen Sie ihr eine Rolle zu: Wer dazukommt, bekommt, was die Gruppe hat.",
	New: "Neue Gruppe", EditTitle: "Gruppe {name} ändern", DeleteTitle: "Gruppe {name} löschen?",
	Made: "Die Gruppe ist angelegt. Sie hat noch keine Mitglieder.", Changed: "Die Gruppe ist geändert.", Deleted: "Die Gruppe ist gelöscht.",
}

var germanConsoleOrganisations = ConsoleContainer{
	Title: "Organisationen", Lead: "Kunden, Mandanten oder Standorte: Rechte können auf eine Organisation beschränkt sein.",
	Create: "Organisation anlegen", All: "Alle Organisationen",
	None: "Es gibt keine Organisation", NoneTodo: "Legen Sie eine an, wenn dieselben Personen für verschiedene Kunden Verschiedenes dürfen.",
	New: "Neue Organisation", EditTitle: "Organisation {name} ändern", DeleteTitle: "Organisation {name} löschen?",
	Made: "Die Organisation ist angelegt. Sie hat noch keine Mitglieder.", Changed: "Die Organisation ist geändert.", Deleted: "Die Organisation ist gelöscht.",
}

var germanConsoleMembers = ConsoleMembers{
	Title: "Mitglieder", Overview: "Übersicht",
	Find: "Kennung oder Beschreibung suchen", NotFound: "Löschen Sie die Suche, oder legen Sie an, was fehlt.",
	Name: "Kennung", Description: "Beschreibung", Created: "Angelegt",
	Known:    "Details",
	Managers: "Mitglieder verwaltet", NoManagers: "Niemand eigens dafür",
	Gives: "Zuweisungen", GivesWhy: "gelten für alle Mitglieder", NoGives: "Nichts ist zugewiesen. Mitglieder haben dadurch nichts.",
	MoreGrants: "Es gibt mehr Zuweisungen, als hier stehen.",
	Within:     "Gruppen darin",
	What:       "Was", Ends: "Endet", Reason: "Grund",
	Who: "Wer", WhoHint: "Die E-Mail-Adresse einer Person oder eine Kennung", Kind: "Art", Since: "Seit",
	For: "Dauer",
	Add: "Aufnehmen", Remove: "Entfernen", Edit: "Ändern", Delete: "Löschen",
	Save: "Speichern", Grant: "Etwas zuweisen", Grants: "Alle Zuweisungen",
	Nobody: "Keine Mitglieder", NobodyTodo: "Nehmen Sie Personen, Dienstkonten, Anwendungen oder ganze Gruppen auf.",
	AddTitle: "In {name} aufnehmen", AddWhy: "Wer aufgenommen wird, darf sofort:", AddNothing: "Bisher ist nichts zugewiesen: Neue Mitglieder bekommen noch nichts.",
	Change:      "Dauer und Grund der Mitgliedschaft ändern",
	RemoveTitle: "{name} aus {label} entfernen?", RemoveWhy: "Das endet sofort, sofern es nicht auch auf anderem Weg besteht:", RemoveNothing: "Nichts ist zugewiesen, also geht nichts verloren.",
	Kept:       "Sie lässt sich nicht löschen, solange ihr etwas zugewiesen ist. Widerrufen Sie zuerst diese Zuweisungen.",
	DeleteWhy:  Plural{None: "Sie hat keine Mitglieder. Das lässt sich nicht rückgängig machen.", One: "{n}\u00a0Mitglied verliert die Mitgliedschaft. Das lässt sich nicht rückgängig machen.", Other: "{n}\u00a0Mitglieder verlieren die Mitgliedschaft. Das lässt sich nicht rückgängig machen."},
	DeleteMany: Plural{Other: "Mehr als {n}\u00a0Mitglieder verlieren die Mitgliedschaft. Das lässt sich nicht rückgängig machen."},
	Added:      "Aufgenommen.", Removed: "Entfernt.",
}
