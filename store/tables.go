package store

import "slices"

// table is what the store knows of one noun; each noun's file describes its
// own.
type table struct {
	statements []*statement
	brooms     []broom // what removes the rows that are past
}

// tables are all of them. A new noun is a file of its own and a word here.
var tables = []table{
	administratorsTable, apisTable, attemptsTable, auditTable, changesTable, clientNotesTable, clientsTable, codesTable, consentsTable, dataKeysTable, disabledTable, everybodyTable, examineTable, factorsTable, familiesTable, filtersTable, gateSessionsTable, grantsTable, groupsTable, importsTable,
	interactionsTable, keysTable, leasesTable, locksTable, managedTable, marksTable, membershipsTable, orgsTable, peopleTable, policyTable, requestsTable, restoreTable, revocationsTable, rolesTable, routesTable, scopesTable, servedTable, serviceAccountsTable, serviceKeysTable, sessionsTable, settingsTable, signInTable, sizeTable, talliesTable, topsTable, usersTable, verificationsTable, versionsTable,
}

// statements lists what the tables ask, their brooms included.
func statements() []*statement {
	var all []*statement
	for _, t := range tables {
		all = append(all, t.statements...)
		for _, b := range t.brooms {
			all = append(all, b.st)
		}
	}
	return slices.Clip(all)
}
