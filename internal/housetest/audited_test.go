package housetest

import (
	"os"
	"regexp"
	"testing"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/house"
	"gatehouse/house/backup"
	"gatehouse/identity/intake"
	"gatehouse/keys"
	"gatehouse/oauth"
	"gatehouse/saved"
	"gatehouse/settings"
)

// untold are the actions that the golden trail does not tell, and who else does.
var untold = map[audit.Action]string{
	audit.ActionPrune:             "events must grow old first: the store's suite and the janitor's test",
	audit.ActionErase:             "nobody is left to tell it: TestWhatWentForAReasonIsNoFinding of package store",
	audit.ActionRefuse:            "it is told of one who may not: TestRefusalsAreRecordedAndFillNothing",
	audit.ActionDisturb:           "nobody does it through the house: TestADisturbanceIsToldOnce of package store",
	backup.ActionMake:             "it is about the whole database: TestABackupUnderLoadIsAWholeHouseElsewhere",
	backup.ActionRestore:          "it replaces the trail that is told: TestABackupUnderLoadIsAWholeHouseElsewhere",
	keys.ActionCreate:             "it is over before a tale begins: TestRotateAnnouncesFirstUnlessToldOtherwise of package keys",
	oauth.ActionAuthorizationEnd:  "programs alone do it: TestRefreshFamiliesAreListedAndEnded",
	oauth.ActionAuthorizationsEnd: "programs alone do it: TestRefreshFamiliesAreListedAndEnded",
	settings.ActionSet:            "it is about the house and nobody in it: TestASettingIsChangedWhileGatehouseRuns",
	saved.ActionSave:              "it is theirs alone, and tells nothing: TestAFilterIsKeptUnderANameInTheConsole",
	saved.ActionDelete:            "it is theirs alone, and tells nothing: TestAFilterIsKeptUnderANameInTheConsole",
	intake.ActionBegin:            "it takes a file, and the tale has none",
	intake.ActionStop:             "it takes a file, and the tale has none",
	intake.ActionEnd:              "it takes a file, and the tale has none",
	intake.ActionDiscard:          "it takes a file, and the tale has none: TestAnImportIsDiscarded",
	audit.ActionVerifyBegin:       "it is about the log and nobody in it: TestAVerificationIsKeptWithHowFarItIs",
	audit.ActionVerifyStop:        "it is about the log and nobody in it: TestAVerificationIsKeptWithHowFarItIs",
	audit.ActionVerifyEnd:         "it is about the log and nobody in it: TestAVerificationIsKeptWithHowFarItIs",
	settings.ActionUnset:          "it is about the house and nobody in it: TestASettingIsChangedWhileGatehouseRuns",

	access.ActionGroupUpdate:   "a description is no right: TestDescriptionsChangeAndThingsStay",
	access.ActionOrgUpdate:     "a description is no right: TestDescriptionsChangeAndThingsStay",
	access.ActionServiceUpdate: "a description is no right: TestDescriptionsChangeAndThingsStay",
}

// Every action that the code declares is told by the golden trail, or somebody
// else answers for it.
func TestEveryDeclaredActionIsTold(t *testing.T) {
	t.Parallel()
	golden, err := os.ReadFile(goldenTrail)
	must(t, err)
	told := map[audit.Action]bool{}
	for _, line := range regexp.MustCompile(`(?m)^[a-z]+\.[a-z]+$`).FindAll(golden, -1) {
		told[audit.Action(line)] = true
	}
	for _, d := range house.Audited() {
		if reason := untold[d.Action]; told[d.Action] == (reason != "") {
			t.Errorf("%s is told by the trail: %v; the reason why not is %q", d.Action, told[d.Action], reason)
		}
		delete(told, d.Action)
	}
	for action := range told {
		t.Errorf("the trail tells %s, which no catalogue explains", action)
	}
}
