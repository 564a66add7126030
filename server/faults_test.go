package server

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// faults are what other tools for consent got wrong in the past, each with the tests that fail if we do.
var faults = map[string][]string{
	"CVE-2024-38537: fides.js loaded code from a host that was sold (polyfill.io)":                               {"nothing is requested before a choice, each gated element exactly once after Accept all", "TestDashboardFiles"},
	"CVE-2023-46126: Fides took a link such as javascript:… into its notice":                                     {"TestFaultyNoticeIsRefused", "TestNoticeCorpus"},
	"CVE-2024-31223: Fides served an inner address to everybody":                                                 {"TestPublicAnswersTellNothingOfTheServer"},
	"CVE-2024-34715, CVE-2024-35189: Fides logged and answered secrets":                                          {"TestSecretsOfAdministratorsAreNeitherLoggedNorAnswered", "TestMetricsAndLogTellNothingOfAVisitor", "TestStoreHoldsNoToken"},
	"CVE-2024-45052: Fides told by the time it took whether an address was a user's":                             {"TestAnUnknownAddressCostsAHashToo"},
	"CVE-2025-57815, CVE-2025-57816: Fides let everybody guess and send without end":                             {"TestGuessingIsSlowedDown", "TestManyAccountsFromOneNetwork", "TestANetworkThatSendsTooManyIsToldToWait"},
	"CVE-2025-57766: sessions of Fides outlived the password":                                                    {"TestAChangeOfPasswordEndsTheOtherSessions"},
	"CVE-2025-57817: somebody could give more than they had in Fides":                                            {"TestNobodyGivesMoreThanTheyManage"},
	"CVE-2024-52008: an invitation of Fides went round the rules for passwords":                                  {"TestInvitationKeepsThePasswordPolicy"},
	"CVE-2023-46125: a viewer could read the settings of Fides":                                                  {"TestRolesAndRoutes", "TestNobodyElses"},
	"CVE-2023-37480, CVE-2023-37481: what was sent to Fides unpacked to gigabytes":                               {"TestWhatIsRefusedLeavesNoTrace"},
	"CVE-2023-36827: a path led out of Fides' folder":                                                            {"TestNoPathLeavesItsFolder"},
	"CVE-2023-41319, CVE-2024-45053: what was typed into Fides ran as code":                                      {"TestHostileTextsStayTexts"},
	"CVE-2023-46124: Fides connected to what was typed":                                                          {"TestNothingThatIsTypedMakesTheServerConnect"},
	"GHSA-qx5f-ghc2-7g5c: what Fides knew already skipped its checks":                                            {"TestARetryWithAnotherSecretIsNoRetry", "TestIdenticalPostsAtOnceAreOneRow"},
	"CVE-2020-20633 and Beautiful Cookie Consent Banner: a notice's text ran as a script on every page":          {"TestHostileTextsStayTexts", "TestRolesAndRoutes"},
	"pressidium-cookie-consent 195, Jetpack 49850: anybody filled the log, under any address":                    {"TestAFloodIsOneNetworkWhateverItSaysOfItself", "TestNobodyClaimsAnAddressButAConfiguredProxy", "TestWhatIsRefusedLeavesNoTrace"},
	"FAZ-Cookie-Manager 64: who could not be told apart blocked each other":                                      {"TestNoNetworkIsNobodysBucket", "TestAProxyThatNobodyNamedIsNobodysBucket"},
	"osano/cookieconsent 103: styles from elsewhere took the notice with them":                                   {"the preferences open and save at once where what belongs to them cannot be fetched, and are filled when it can"},
	"lightswitch05/hosts 102, 68publishers 77: a blocked script left a page that nobody could use, or no notice": {"a blocked script leaves a page that works, on which nothing gated runs and early calls do no harm", "without our script the page works and every tag stays off"},
	"nakafa 327: neither answer to an unknown version was taken":                                                 {"TestARefusalIsKeptWhateverIsOdd"},
	"klaro: the moving address broke who used it":                                                                {"TestThePinnedScriptIsTheSameBytes"},
	"KaufmannDigital GDPR 51: every origin could read with credentials":                                          {"TestPreflight", "TestOnlyPagesOfTheSameSiteAreGivenACookie"},
}

// TestPastFaultsHaveTests fails when a test that the list names is gone.
func TestPastFaultsHaveTests(t *testing.T) {
	known := testNames(t)
	for fault, tests := range faults {
		for _, name := range tests {
			if !known[name] {
				t.Errorf("%s: there is no test %q any more", fault, name)
			}
		}
	}
}

// testNames are those of all tests, in Go and TypeScript.
func testNames(t *testing.T) map[string]bool {
	known := map[string]bool{}
	for _, folder := range []string{".", "../snippet/test", "../dashboard/test"} {
		err := filepath.WalkDir(folder, func(path string, _ os.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, "_test.go") && !strings.HasSuffix(path, ".test.ts") {
				return err
			}
			source, err := os.ReadFile(path)
			for line := range strings.Lines(string(source)) {
				if name, ok := strings.CutPrefix(line, "func "); ok {
					name, _, _ = strings.Cut(name, "(")
					known[name] = true
				}
				if name, ok := strings.CutPrefix(line, "test('"); ok {
					name, _, _ = strings.Cut(name, "', ")
					known[name] = true
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return known
}
