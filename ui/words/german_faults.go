package words

// germanFaults are in the order of englishFaults.
var germanFaults = map[string]Fault{
	"flow.gone": {
		Title:  "Diese Anmeldung ist vorbei",
		Detail: "Sie wurde abgeschlossen oder nie begonnen.",
		Todo:   "Gehen Sie zurück zur Anwendung und melden Sie sich dort wieder an.",
		Return: "Gehen Sie zurück zu {app} und melden Sie sich dort wieder an.",
	},
	"flow.expired": {
		Title:  "Diese Anmeldung hat zu lange gedauert",
		Detail: "Zu Ihrer Sicherheit muss eine Anmeldung in einer bestimmten Zeit abgeschlossen sein.",
		Todo:   "Gehen Sie zurück zur Anwendung und melden Sie sich dort wieder an.",
		Return: "Gehen Sie zurück zu {app} und melden Sie sich dort wieder an.",
	},
	"flow.browser": {
		Title:  "Ein anderer Browser hat diese Anmeldung begonnen",
		Detail: "Eine Anmeldung lässt sich nur dort abschließen, wo sie begonnen wurde.",
		Todo:   "Gehen Sie in diesem Browser zurück zur Anwendung und melden Sie sich dort an.",
		Return: "Gehen Sie in diesem Browser zurück zu {app} und melden Sie sich dort an.",
	},
	"trial.over": {
		Title:  "Diese Probeanmeldung ist vorbei",
		Detail: "Sie dauerte zu lange oder wurde anderswo begonnen.",
		Todo:   "Beginnen Sie sie auf der Seite der Anwendung neu.",
	},
	"trial.person": {
		Title:  "Ein Programm kann keine Anmeldung proben",
		Detail: "Eine Probeanmeldung ist die der Person, die sie beginnt.",
		Todo:   "Beginnen Sie sie in einem Browser.",
	},
	"form.cross_site": {
		Title:  "Dieses Formular kam von einer anderen Website",
		Detail: "Dieses Formular wurde von einer anderen Website gesendet.",
		Todo:   "Nichts wurde geändert. Öffnen Sie die Seite hier und senden Sie das Formular noch einmal.",
	},
	"gate.cross_site": {
		Title:  "Das kam von einer anderen Website",
		Detail: "Das wurde von einer Seite einer anderen Website gesendet.",
		Todo:   "Nichts wurde getan. Öffnen Sie die Anwendung selbst und tun Sie es dort.",
	},
	"form.token": {
		Title:  "Dieses Formular ist zu alt",
		Detail: "Dieses Formular gehört nicht mehr zu diesem Browser.",
		Todo:   "Nichts wurde geändert. Laden Sie die Seite neu und senden Sie das Formular noch einmal. Ihr Browser muss Cookies annehmen.",
	},
	"page.not_found": {
		Title:  "Diese Seite gibt es nicht",
		Detail: "Diese Seite gibt es nicht.",
		Todo:   "Prüfen Sie die Adresse oder beginnen Sie auf der Startseite.",
	},
	"address.flood": {Detail: "Von dieser Adresse wurden zu viele Seiten angefordert."},
	"person.flood":  {Title: "Zu viele Änderungen", Detail: "Sie haben in zu kurzer Zeit zu viel geändert. Diesmal wurde nichts geändert."},
	"password.link": {Detail: "Dieser Link gilt nicht mehr. Wer ihn Ihnen gegeben hat, kann einen neuen erzeugen."},
	"setup.link":    {Detail: "Dieser Einrichtungslink gilt nicht mehr. Einen neuen gibt „gatehouse setup-link“ auf dem Server aus."},
	"setup.done": {
		Title:  "Schon eingerichtet",
		Detail: "Es gibt schon ein Administratorkonto.",
		Todo:   "Melden Sie sich mit dessen E-Mail-Adresse und Passwort an. Sind sie verloren, hilft „gatehouse user set-password“ auf dem Server.",
	},

	"caller.unknown": {
		Title: "Sie sind hier nicht bekannt",
		Todo:  "Diese Adresse ist für Programme: Mit dem Browser meldet sich hier niemand an.",
	},
	"caller.certificate": {
		Title:  "Diese Adresse verlangt ein Zertifikat",
		Detail: "Es braucht ein Client-Zertifikat, das hier gilt; das dieser Verbindung gilt hier nicht.",
		Todo:   "Lassen Sie Ihren Browser das zeigen, das Sie für diese Adresse bekommen haben. Wer keines hat, fragt die Administration.",
	},

	"signin.locked": {
		Title:  "Dieses Konto ist gesperrt",
		Detail: "Dieses Konto ist gesperrt.",
		Todo:   "Fragen Sie die Stelle, von der Sie das Konto haben. Sobald die Sperre aufgehoben ist, ist alles wie zuvor.",
	},
	"signin.wrong":           {Detail: "E-Mail-Adresse oder Passwort ist falsch."},
	"signin.other_person":    {Detail: "Bitte melden Sie sich als dieselbe Person an, oder sagen Sie, dass Sie es nicht sind."},
	"factor.not_pending":     {Detail: "Dieser zweite Faktor wurde schon eingerichtet oder nie begonnen."},
	"factor.too_many":        {Detail: "Mehr zweite Faktoren lassen sich nicht einrichten. Entfernen Sie zuerst die vorhandenen."},
	"recovery.renewed":       {Detail: "Neue Wiederherstellungscodes wurden schon erstellt und einmal gezeigt."},
	"totp.used":              {Detail: "Dieser Code wurde schon verwendet. Bitte warten Sie auf den nächsten."},
	"password.busy":          {Detail: "Gerade melden sich zu viele Personen an. Bitte versuchen Sie es noch einmal."},
	"password.changed":       {Detail: "Das Passwort wurde gleichzeitig geändert. Bitte versuchen Sie es noch einmal."},
	"password.current_wrong": {Detail: "Das bisherige Passwort ist falsch."},
	"flow.step":              {Detail: "An diesem Schritt wird kein zweiter Faktor eingerichtet.", Todo: "Laden Sie die Seite neu: Sie zeigt den nächsten Schritt."},
	"interaction.stale":      {Detail: "Diese Anmeldung ging in einem anderen Fenster weiter.", Todo: "Laden Sie die Seite neu: Sie zeigt den nächsten Schritt."},
	"session.none":           {Detail: "Sie sind nicht angemeldet.", Todo: "Melden Sie sich an und versuchen Sie es noch einmal."},
	"user.invalid":           {Detail: "Etwas davon ist nicht gültig."},
	"request.too_large":      {Detail: "Die Anfrage ist größer, als diese Seite es annimmt.", Todo: "Gehen Sie zurück und senden Sie weniger."},

	"authorize.malformed": {
		Title:  "Die Anfrage der Anwendung ist nicht lesbar",
		Detail: "Die Anwendung hat eine Anfrage gesendet, die sich nicht lesen lässt.",
		Todo:   "Sagen Sie es den Herstellern der Anwendung oder der Administration.",
	},
	"authorize.client": {
		Title:  "Anwendung nicht registriert",
		Detail: "Die Anwendung, die Sie hierher geschickt hat, ist nicht registriert oder abgeschaltet.",
		Todo:   "Sagen Sie es den Herstellern der Anwendung oder der Administration.",
	},
	"authorize.redirect_uri": {
		Title:  "Rücksprungadresse nicht registriert",
		Detail: "Die Anwendung wollte Sie zu einer Adresse schicken, die für sie nicht registriert ist. Deshalb wurden Sie nicht dorthin geschickt.",
		Todo:   "Sagen Sie es den Herstellern der Anwendung oder der Administration.",
	},
	"authorize.redirect_uri_missing": {
		Title:  "Rücksprungadresse fehlt",
		Detail: "Die Anwendung hat nicht gesagt, wohin Sie danach geschickt werden sollen.",
		Todo:   "Sagen Sie es den Herstellern der Anwendung oder der Administration.",
	},
	"logout.client": {
		Title:  "Die Anwendung widerspricht sich",
		Detail: "Die Anfrage der Anwendung nennt eine Anwendung und ihr ID-Token eine andere. Sie sind noch angemeldet.",
		Todo:   "Melden Sie sich in Ihrem Konto ab, wenn Sie das möchten, und sagen Sie es den Herstellern der Anwendung.",
	},
	"logout.redirect_uri": {
		Title:  "Rücksprungadresse nicht registriert",
		Detail: "Die Anwendung wollte zu einer Adresse weiterleiten, die für sie nicht registriert ist. Sie sind noch angemeldet.",
		Todo:   "Melden Sie sich in Ihrem Konto ab, wenn Sie das möchten, und sagen Sie es den Herstellern der Anwendung.",
	},
}

var germanStatuses = map[int]Fault{
	400: {Title: "Die Anfrage ist nicht verständlich", Todo: "Gehen Sie zurück und versuchen Sie es noch einmal."},
	401: {Title: "Sie sind nicht angemeldet", Todo: "Melden Sie sich an und versuchen Sie es noch einmal."},
	403: {Title: "Das ist nicht erlaubt", Todo: "Wenn Sie meinen, dass es erlaubt sein sollte, fragen Sie die Administration."},
	404: {Title: "Diese Seite gibt es nicht", Todo: "Prüfen Sie die Adresse oder beginnen Sie auf der Startseite."},
	405: {Title: "So lässt sich die Seite nicht aufrufen", Todo: "Gehen Sie zurück und versuchen Sie es noch einmal."},
	409: {Title: "Inzwischen hat sich etwas geändert", Todo: "Laden Sie die Seite neu und wiederholen Sie, was Sie getan haben."},
	413: {Title: "Die Anfrage ist zu groß", Todo: "Gehen Sie zurück und senden Sie weniger."},
	422: {Title: "Etwas in der Anfrage ist falsch", Todo: "Gehen Sie zurück, berichtigen Sie es und versuchen Sie es noch einmal."},
	429: {Title: "Zu viele Anfragen", Todo: "Warten Sie ein wenig und versuchen Sie es noch einmal."},
	500: {Title: "Bei uns ist etwas schiefgegangen", Todo: "Versuchen Sie es noch einmal. Wenn es so bleibt, nennen Sie der Administration die Anfragenummer unten."},
	503: {Title: "Gerade nicht verfügbar", Todo: "Versuchen Sie es gleich noch einmal."},
}
