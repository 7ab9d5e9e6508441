package words

// ConsoleRoles are the pages about roles and permissions.
type ConsoleRoles struct {
	Title  Title
	Lead   string
	List   string // a tab
	Tree   Title
	Matrix Title
	Create string
	Edit   string
	Delete string

	Find, Holds         string // filters: how an id begins, what it holds
	API, Resource       string
	None, NoneTodo      string // an empty list
	AllRoles            string // a link
	Role, Own, Parents  string // heads: a role, how many permissions of its own, and whose it has too
	Children            string
	Longest, Endless    string // how long a grant may last
	Created, Updated    string
	BuiltIn, BuiltInWhy string
	Permissions         Plural // N
	TreeWhy, TreeCut    string
	Known, NoRoles      string
	Gives, Whence       string // a tab and a head
	Itself              string // it has it by itself
	Permission          string
	Reach               string // a link to who may do it
	Granted, GrantedWhy string // a tab
	Holders, HoldersWhy string // a tab
	NotGranted, NotHeld string
	NotGrantedTodo      string
	Who, How, Since     string // heads
	Ends, Reason, Way   string
	Allows, Denies      string
	Others              Plural // N more grants
	More                Plural // N more

	New                  Title
	EditTitle            Title // Name
	ReviewTitle          Title // Name
	ID, IDHint           string
	PermissionsHint      string
	ParentsHint          string
	AddPermission        string
	AddParent, AddHint   string
	LongestHint          string
	ReviewDo, Save, Back string // buttons
	Differs              string
	Gain, Lose           Plural // N
	AtOnce               string
	NobodyMoves          string
	Meanwhile            string // before what somebody else left

	DeleteTitle  Title // Name
	DeleteWhy    string
	Mistyped     string
	Kept         string
	KeptByGrants Plural // N
	KeptByMore   Plural // at least N
	KeptByRole   Phrase // Name

	MatrixWhy            string // what the signs mean
	MatrixEdit           string // the same where cells can be changed
	StagedCells          Plural // of the matrix, not saved
	StagedEnough         string
	Drop, Dropped        string
	ChangeMore           string // a button of the review
	RolesBefore          string // buttons that turn the matrix
	RolesBehind          string
	PermissionsBefore    string
	PermissionsBehind    string
	NoCells, NoCellsTodo string
	Columns, Rows        string // beside the links to other parts of the matrix
	Review               Title
	ReviewLead           string
	Added, Removed       string
	Unseen               string // who asks may not see what it comes to
	NoChange, Saved      string // what was just done
	Made, Changed        string
	Deleted              string

	All     Title // the page of all permissions
	AllLead string

	FindPermission                 string // a filter
	NoPermission, NoPermissionTodo string
	CarriedBy                      string
	Unused                         string
}

var englishConsoleRoles = ConsoleRoles{
	Title:  "Roles",
	Lead:   "What goes together: whoever has a role has all of it.",
	List:   "List",
	Tree:   "Inheritance",
	Matrix: "Matrix",
	Create: "Create a role",
	Edit:   "Change",
	Delete: "Delete",

	Find: "Find by id", Holds: "Role",
	API: "API", Resource: "Resource",
	None: "No role is found", NoneTodo: "A search finds roles by how their id begins. Take it away, or create the role.",
	AllRoles: "All roles",
	Role:     "Role", Own: "Own permissions", Parents: "Inherits from", Children: "Inherited by",
	Longest: "Longest grant", Endless: "Without end",
	Created: "Created", Updated: "Changed",
	BuiltIn: "Built in", BuiltInWhy: "It is a part of Gatehouse and stays as it is.",
	Permissions: Plural{None: "no permissions of its own", One: "{n} permission or pattern", Other: "{n} permissions and patterns"},
	TreeWhy:     "Below a role stand those whose permissions it has too.", TreeCut: "The tree is larger than a page. Look at single roles in the list.",
	Known: "Details", NoRoles: "None",
	Gives: "Permissions", Whence: "From", Itself: "its own",
	Permission: "Permission", Reach: "Who can reach",
	Granted: "Granted to", GrantedWhy: "Grants of this role that are not over, the next end first. What leads to it by another role is not among them.",
	Holders: "Everybody with it", HoldersWhy: "Everybody who has it now: by name, by what they are in, or by a role that inherits from it. Of several ways the one that lasts longest is shown.",
	NotGranted: "It is granted to nobody", NotHeld: "Nobody has it", NotGrantedTodo: "Grant it on the page of a person, a group or a service account.",
	Who: "Who", How: "How", Since: "Since", Ends: "Ends", Reason: "Reason", Way: "Way",
	Allows: "Given", Denies: "Denied",
	Others: Plural{One: "and by {n} more grant", Other: "and by {n} more grants"},
	More:   Plural{One: "and {n} more", Other: "and {n} more"},

	New: "New role", EditTitle: "Change the role {name}", ReviewTitle: "What changes with {name}",
	ID: "Id", IDHint: "Lower-case letters, digits, - and _; it stays",
	PermissionsHint: "One a line, such as shop/orders:read or shop/orders:*",
	ParentsHint:     "Roles whose permissions it has too, one a line",
	AddPermission:   "Add a permission", AddParent: "Add a role within it", AddHint: "Proposed while it is typed; it joins the list above.",
	LongestHint: "Such as 8h or 30d; empty: grants of it need no end",
	ReviewDo:    "Review changes", Save: "Save", Back: "Back to the form",
	Differs:     "Changes",
	Gain:        Plural{One: "{n} gains something", Other: "{n} gain something"},
	Lose:        Plural{One: "{n} loses something", Other: "{n} lose something"},
	AtOnce:      "at once, when it is saved",
	NobodyMoves: "Nobody gains or loses anything by this at this moment.",
	Meanwhile:   "Somebody else changed this role meanwhile. It gives now:",

	DeleteTitle: "Delete the role {name}?", DeleteWhy: "Nobody has it, so nobody loses anything. This cannot be undone.",
	Mistyped:     "This is not its id.",
	Kept:         "It cannot be deleted while something rests on it.",
	KeptByGrants: Plural{One: "{n} grant is of it. Revoke it first.", Other: "{n} grants are of it. Revoke them first."},
	KeptByMore:   Plural{Other: "More than {n} grants are of it. Revoke them first."},
	KeptByRole:   "The role {name} inherits from it.",

	MatrixWhy:   "● by itself, ◐ by another role or a wildcard, ○ not at all.",
	MatrixEdit:  "A ticked box: by itself, an empty one: not at all. ◐ is by another role or a wildcard, and changes there; ● and ○ stay as they are. Other roles and permissions are shown with all that you changed, and nothing is saved before you have seen what it comes to.",
	StagedCells: Plural{One: "{n} cell is changed and not saved yet.", Other: "{n} cells are changed and not saved yet."}, StagedEnough: "That is enough at once: review these changes and save them before you change more.",
	Drop: "Drop the changes", Dropped: "The changes are dropped.", ChangeMore: "Back, change more",
	RolesBefore: "Roles before", RolesBehind: "Further roles", PermissionsBefore: "Permissions before", PermissionsBehind: "Further permissions",
	NoCells: "Nothing fits the filters", NoCellsTodo: "Choose another API, or take a filter away.",
	Columns: "Roles", Rows: "Permissions",
	Review: "Review changes", ReviewLead: "All of it is saved at once, or nothing.",
	Added: "Gets", Removed: "Loses",
	Unseen:   "You may not see who is concerned: that takes the permission gatehouse/grants:read.",
	NoChange: "Nothing was different, so nothing was changed.", Saved: "The changes are saved.",
	Made: "The role is created. Nobody has it yet.", Changed: "The role is changed.", Deleted: "The role is deleted.",

	All: "Permissions", AllLead: "What the APIs let anybody do, and which roles give it. No wildcard gives what is sensitive.",
	FindPermission: "Find by name or description",
	NoPermission:   "No permission is found", NoPermissionTodo: "A search finds by how any part of the name or the description begins, such as orders or refund.",
	CarriedBy: "Given by the roles",
	Unused:    "No role",
}

var germanConsoleRoles = ConsoleRoles{
	Title:  "Rollen",
	Lead:   "Berechtigungen, die zusammengehören: Wer eine Rolle hat, hat sie alle.",
	List:   "Liste",
	Tree:   "Vererbung",
	Matrix: "Matrix",
	Create: "Rolle anlegen",
	Edit:   "Ändern",
	Delete: "Löschen",

	Find: "Kennung suchen", Holds: "Rolle enthält",
	API: "API", Resource: "Ressource",
	None: "Keine Rolle gefunden", NoneTodo: "Gesucht wird nach dem Anfang der Kennung. Löschen Sie die Suche, oder legen Sie die Rolle an.",
	AllRoles: "Alle Rollen",
	Role:     "Rolle", Own: "Eigene Berechtigungen", Parents: "Erbt von", Children: "Wird geerbt von",
	Longest: "Längste Zuweisung", Endless: "Unbefristet",
	Created: "Angelegt", Updated: "Geändert",
	BuiltIn: "Eingebaut", BuiltInWhy: "Sie gehört zu Gatehouse und bleibt, wie sie ist.",
	Permissions: Plural{None: "keine eigenen Berechtigungen", One: "{n}\u00a0Berechtigung oder Muster", Other: "{n}\u00a0Berechtigungen und Muster"},
	TreeWhy:     "Unter einer Rolle stehen die Rollen, von denen sie erbt.", TreeCut: "Der Baum ist größer als eine Seite. Sehen Sie einzelne Rollen in der Liste an.",
	Known: "Details", NoRoles: "Keine",
	Gives: "Berechtigungen", Whence: "Woher", Itself: "eigene",
	Permission: "Berechtigung", Reach: "Wer hat Zugriff",
	Granted: "Zugewiesen an", GrantedWhy: "Zuweisungen dieser Rolle, die noch nicht beendet sind, das nächste Ende zuerst. Zuweisungen von Rollen, die von ihr erben, sind nicht dabei.",
	Holders: "Alle, die sie haben", HoldersWhy: "Alle, die sie jetzt haben: namentlich, über Gruppen und Organisationen oder über eine Rolle, die von ihr erbt. Gibt es mehrere Wege, steht hier der, der am längsten gilt.",
	NotGranted: "Sie ist niemandem zugewiesen", NotHeld: "Niemand hat sie", NotGrantedTodo: "Weisen Sie sie auf der Seite einer Person, einer Gruppe oder eines Dienstkontos zu.",
	Who: "Wer", How: "Wie", Since: "Seit", Ends: "Endet", Reason: "Grund", Way: "Weg",
	Allows: "Erlaubt", Denies: "Verboten",
	Others: Plural{One: "und durch {n}\u00a0weitere Zuweisung", Other: "und durch {n}\u00a0weitere Zuweisungen"},
	More:   Plural{One: "und {n}\u00a0weitere", Other: "und {n}\u00a0weitere"},

	New: "Neue Rolle", EditTitle: "Rolle {name} ändern", ReviewTitle: "Was sich mit {name} ändert",
	ID: "Kennung", IDHint: "Kleinbuchstaben, Ziffern, - und _; sie bleibt",
	PermissionsHint: "Eine je Zeile, etwa shop/orders:read oder shop/orders:*",
	ParentsHint:     "Rollen, deren Berechtigungen sie auch enthält, eine je Zeile",
	AddPermission:   "Eine Berechtigung hinzufügen", AddParent: "Eine Rolle hinzufügen, von der sie erbt", AddHint: "Vorschläge erscheinen beim Tippen; sie kommt zur Liste darüber.",
	LongestHint: "Etwa 8h oder 30d; leer: Zuweisungen brauchen kein Ende",
	ReviewDo:    "Änderungen prüfen", Save: "Speichern", Back: "Zurück zum Formular",
	Differs:     "Änderungen",
	Gain:        Plural{One: "{n}\u00a0bekommt etwas dazu", Other: "{n}\u00a0bekommen etwas dazu"},
	Lose:        Plural{One: "{n}\u00a0verliert etwas", Other: "{n}\u00a0verlieren etwas"},
	AtOnce:      "sofort nach dem Speichern",
	NobodyMoves: "Im Moment bekommt oder verliert dadurch niemand etwas.",
	Meanwhile:   "Inzwischen hat jemand anderes diese Rolle geändert. Sie enthält jetzt:",

	DeleteTitle: "Rolle {name} löschen?", DeleteWhy: "Niemand hat sie, also verliert niemand etwas. Das lässt sich nicht rückgängig machen.",
	Mistyped:     "Das ist nicht ihre Kennung.",
	Kept:         "Sie lässt sich nicht löschen, solange sie verwendet wird.",
	KeptByGrants: Plural{One: "{n}\u00a0Zuweisung nennt sie. Widerrufen Sie diese zuerst.", Other: "{n}\u00a0Zuweisungen nennen sie. Widerrufen Sie diese zuerst."},
	KeptByMore:   Plural{Other: "Mehr als {n}\u00a0Zuweisungen nennen sie. Widerrufen Sie diese zuerst."},
	KeptByRole:   "Die Rolle {name} erbt von ihr.",

	MatrixWhy:   "● selbst, ◐ durch eine andere Rolle oder einen Platzhalter, ○ nicht enthalten.",
	MatrixEdit:  "Mit Haken enthält die Rolle die Berechtigung selbst, ohne Haken nicht. ◐ stammt von einer anderen Rolle oder einem Platzhalter und wird dort geändert; ● und ○ lassen sich hier nicht ändern. Ihre Änderungen bleiben, wenn Sie andere Rollen und Berechtigungen anzeigen; gespeichert wird erst, nachdem Sie die Auswirkungen gesehen haben.",
	StagedCells: Plural{One: "{n}\u00a0Zelle ist geändert und noch nicht gespeichert.", Other: "{n}\u00a0Zellen sind geändert und noch nicht gespeichert."}, StagedEnough: "Mehr geht nicht auf einmal: Prüfen und speichern Sie diese Änderungen, bevor Sie weitere vornehmen.",
	Drop: "Änderungen verwerfen", Dropped: "Die Änderungen sind verworfen.", ChangeMore: "Weitere Änderungen",
	RolesBefore: "Rollen davor", RolesBehind: "Weitere Rollen", PermissionsBefore: "Berechtigungen davor", PermissionsBehind: "Weitere Berechtigungen",
	NoCells: "Kein Treffer für diese Filter", NoCellsTodo: "Wählen Sie eine andere API, oder entfernen Sie einen Filter.",
	Columns: "Rollen", Rows: "Berechtigungen",
	Review: "Änderungen prüfen", ReviewLead: "Alles davon wird auf einmal gespeichert, oder nichts.",
	Added: "Hinzugefügt", Removed: "Entfernt",
	Unseen:   "Sie dürfen nicht sehen, wen es betrifft: Dazu braucht es die Berechtigung gatehouse/grants:read.",
	NoChange: "Es gab keine Änderungen.", Saved: "Die Änderungen sind gespeichert.",
	Made: "Die Rolle ist angelegt. Noch hat sie niemand.", Changed: "Die Rolle ist geändert.", Deleted: "Die Rolle ist gelöscht.",

	All: "Berechtigungen", AllLead: "Was die APIs erlauben und welche Rollen es enthalten. Sensible Berechtigungen umfasst kein Platzhalter.",
	FindPermission: "Name oder Beschreibung suchen",
	NoPermission:   "Keine Berechtigung gefunden", NoPermissionTodo: "Gesucht wird nach dem Anfang jedes Teils von Name und Beschreibung, etwa orders oder refund.",
	CarriedBy: "Rollen",
	Unused:    "In keiner Rolle",
}
