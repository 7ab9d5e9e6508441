package words

// Act is what somebody does, in a sentence.
const Act Gap = "act"

// Dangers say why a sign-in of long ago is not enough.
type Dangers struct {
	Fresh Phrase            // an application asks for it: Wait
	Takes Phrase            // our console does: Act, Wait
	Then  Phrase            // how long it is enough: Wait
	Other string            // an Act that has no name here
	Acts  map[string]string // by the operation of the admin API
}

var englishDangers = Dangers{
	Fresh: "This takes a sign-in from the last {wait}.",
	Takes: "{act} takes a sign-in from the last {wait}.",
	Then:  "After it you are not asked again for {wait}.",
	Other: "What you are about to do",
	Acts: map[string]string{
		"deleteUser": "Deleting a person", "setUserPassword": "Setting the password of a person", "createPasswordLink": "Making a link for a first password", "resetUserFactors": "Resetting the second step of a person",
		"endAllSessions": "Signing everybody out",
		"updateUser":     "Changing the address of a person",
		"deleteGroup":    "Deleting a group", "deleteOrganisation": "Deleting an organisation",
		"createServiceAccount": "Creating a service account", "deleteServiceAccount": "Deleting a service account", "createServiceKey": "Making a key of a service account", "revokeServiceKey": "Ending a key of a service account",
		"createPersonalToken": "Making a personal access token", "revokePersonalToken": "Ending a personal access token",
		"createClient": "Adding an application", "updateClient": "Changing an application", "deleteClient": "Deleting an application", "endClientRefreshFamilies": "Ending the tokens of an application",
		"rotateClientSecret": "Making a new secret of an application", "endClientSecret": "Ending a secret of an application",
		"deleteAPI": "Deleting an API", "deleteRole": "Deleting a role", "deleteScope": "Deleting a scope",
		"rotateKey": "Rotating a signing key", "revokeKey": "Revoking a signing key",
		"createGateRoute": "Adding a route of the gate", "replaceGateRoute": "Changing a route of the gate", "deleteGateRoute": "Deleting a route of the gate",
		"createGateUpstream": "Adding an upstream", "replaceGateUpstream": "Changing an upstream", "deleteGateUpstream": "Deleting an upstream",
		"createGateEdge": "Adding another proxy", "replaceGateEdge": "Changing another proxy", "deleteGateEdge": "Deleting another proxy",
		"setSetting": "Changing a setting", "unsetSetting": "Taking a setting back", "apply": "Applying files", "eraseFromAudit": "Erasing a person from the audit log",
		"createGrant": "Giving rights over Gatehouse itself",
	},
}

var germanDangers = Dangers{
	Fresh: "Dafür ist eine Anmeldung nötig, die höchstens {wait} alt ist.",
	Takes: "{act} verlangt eine Anmeldung, die höchstens {wait} alt ist.",
	Then:  "Danach werden Sie {wait} lang nicht noch einmal gefragt.",
	Other: "Was Sie vorhaben,",
	Acts: map[string]string{
		"deleteUser": "Eine Person zu löschen", "setUserPassword": "Das Passwort einer Person zu setzen", "createPasswordLink": "Einen Link für ein erstes Passwort zu erzeugen", "resetUserFactors": "Den zweiten Faktor einer Person zurückzusetzen",
		"updateUser":  "Die Adresse einer Person zu ändern",
		"deleteGroup": "Eine Gruppe zu löschen", "deleteOrganisation": "Eine Organisation zu löschen",
		"createServiceAccount": "Ein Dienstkonto anzulegen", "deleteServiceAccount": "Ein Dienstkonto zu löschen", "createServiceKey": "Einen Schlüssel eines Dienstkontos anzulegen", "revokeServiceKey": "Einen Schlüssel eines Dienstkontos zu widerrufen",
		"createPersonalToken": "Ein persönliches Access-Token anzulegen", "revokePersonalToken": "Ein persönliches Access-Token zu beenden",
		"endAllSessions": "Alle abzumelden",
		"createClient":   "Eine Anwendung anzulegen", "updateClient": "Eine Anwendung zu ändern", "deleteClient": "Eine Anwendung zu löschen", "endClientRefreshFamilies": "Die Tokens einer Anwendung zu beenden",
		"rotateClientSecret": "Ein neues Geheimnis einer Anwendung zu erzeugen", "endClientSecret": "Ein Geheimnis einer Anwendung zu beenden",
		"deleteAPI": "Eine API zu löschen", "deleteRole": "Eine Rolle zu löschen", "deleteScope": "Einen Scope zu löschen",
		"rotateKey": "Einen Signaturschlüssel zu wechseln", "revokeKey": "Einen Signaturschlüssel zu widerrufen",
		"createGateRoute": "Eine Route des Gates anzulegen", "replaceGateRoute": "Eine Route des Gates zu ändern", "deleteGateRoute": "Eine Route des Gates zu löschen",
		"createGateUpstream": "Einen Upstream anzulegen", "replaceGateUpstream": "Einen Upstream zu ändern", "deleteGateUpstream": "Einen Upstream zu löschen",
		"createGateEdge": "Einen anderen Proxy anzulegen", "replaceGateEdge": "Einen anderen Proxy zu ändern", "deleteGateEdge": "Einen anderen Proxy zu löschen",
		"setSetting": "Eine Einstellung zu ändern", "unsetSetting": "Eine Einstellung zurückzunehmen", "apply": "Dateien anzuwenden", "eraseFromAudit": "Eine Person aus dem Protokoll zu tilgen",
		"createGrant": "Rechte über Gatehouse selbst zu vergeben",
	},
}
