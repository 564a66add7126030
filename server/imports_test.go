package server_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "assent/"

// allowed is the house's plan: what each package may import of ours. Imports point one way, from the program over the
// adapters and the use cases to the rules and the contract. Test packages and tests are free.
var allowed = map[string][]string{
	"schemas":                              {},
	"snippet":                              {},
	"snippet/demo":                         {},
	"dashboard":                            {},
	"server/internal/telemetry":            {},
	"server/internal/consent":              {"schemas"},
	"server/internal/wording":              {},
	"server/internal/colour":               {},
	"server/internal/catalogue":            {"schemas"},
	"server/internal/outbound":             {},
	"server/internal/transfer":             {"schemas", "server/internal/consent"},
	"server/internal/site":                 {"schemas", "server/internal/catalogue", "server/internal/colour", "server/internal/consent", "server/internal/outbound", "server/internal/transfer", "server/internal/wording"},
	"server/internal/policy":               {"schemas", "server/internal/consent"},
	"server/internal/pagemigration":        {"schemas", "server/internal/catalogue", "server/internal/consent"},
	"server/internal/importing":            {"schemas", "server/internal/catalogue", "server/internal/consent", "server/internal/site", "server/internal/transfer", "server/internal/wording"},
	"server/internal/region":               {"schemas", "server/internal/consent"},
	"server/internal/recording":            {"schemas", "server/internal/consent"},
	"server/internal/spool":                {"schemas", "server/internal/consent", "server/internal/recording"},
	"server/internal/sighting":             {"schemas", "server/internal/catalogue", "server/internal/consent"},
	"server/internal/register":             {"server/internal/consent"},
	"server/internal/following":            {},
	"server/internal/sealing":              {"server/internal/consent", "server/internal/following", "server/internal/register"},
	"server/internal/requests":             {"schemas", "server/internal/auditing", "server/internal/consent", "server/internal/recording", "server/internal/register", "server/internal/rights", "server/internal/visitorpage"},
	"server/internal/reviewing":            {"schemas", "server/internal/admintrail", "server/internal/auditing", "server/internal/catalogue", "server/internal/consent", "server/internal/following", "server/internal/register", "server/internal/reporting", "server/internal/sighting", "server/internal/transfer"},
	"server/internal/linking":              {"schemas", "server/internal/auditing", "server/internal/consent", "server/internal/recording", "server/internal/register", "server/internal/sealing"},
	"server/internal/shipping":             {"schemas", "server/internal/consent"},
	"server/internal/integration":          {"schemas", "server/internal/consent", "server/internal/following", "server/internal/outbound", "server/internal/register", "server/internal/requests", "server/internal/sealing", "server/internal/shipping"},
	"server/internal/experiment":           {"schemas"},
	"server/internal/auditing":             {"server/internal/consent"},
	"server/internal/exporting":            {"schemas", "server/internal/consent"},
	"server/internal/storetls":             {},
	"server/internal/transparency":         {"server/internal/consent"},
	"server/internal/sequencing":           {"server/internal/consent", "server/internal/demodata", "server/internal/shipping", "server/internal/transparency"},
	"server/internal/witnessing":           {"server/internal/consent", "server/internal/transparency"},
	"server/internal/rights":               {"server/internal/consent", "server/internal/shipping"},
	"server/internal/retention":            {"schemas", "server/internal/admintrail", "server/internal/consent", "server/internal/register", "server/internal/rights"},
	"server/internal/suspension":           {"schemas", "server/internal/admintrail", "server/internal/consent", "server/internal/register", "server/internal/transfer"},
	"server/internal/mailing":              {},
	"server/internal/parental":             {"schemas", "server/internal/consent", "server/internal/mailing", "server/internal/recording", "server/internal/register", "server/internal/rights", "server/internal/sealing"},
	"server/internal/parentpage":           {"server/internal/visitorpage"},
	"server/internal/reporting":            {"schemas", "server/internal/consent", "server/internal/experiment"},
	"server/internal/rollup":               {"server/internal/reporting"},
	"server/internal/daykey":               {},
	"server/internal/evidence":             {"schemas", "server/internal/consent", "server/internal/following"},
	"server/internal/ratelimit":            {"server/internal/daykey"},
	"server/internal/useragent":            {},
	"server/internal/processing":           {"schemas", "server/internal/consent", "server/internal/transfer"},
	"server/internal/archive":              {"schemas", "server/internal/consent", "server/internal/evidence", "server/internal/processing", "server/internal/site", "server/internal/snippetbuild", "server/internal/transparency", "server/internal/witnessing"},
	"server/internal/exposure":             {"schemas", "server/internal/consent", "server/internal/daykey"},
	"server/internal/visitorpage":          {"snippet", "server/internal/site"},
	"server/internal/receiptpage":          {"schemas", "server/internal/consent", "server/internal/visitorpage", "server/internal/qrcode"},
	"server/internal/noticepage":           {"schemas", "server/internal/consent", "server/internal/sharing", "server/internal/visitorpage"},
	"server/internal/sharing":              {"server/internal/site"},
	"server/internal/rightspage":           {"server/internal/visitorpage"},
	"server/internal/handover":             {"server/internal/consent", "server/internal/daykey", "server/internal/register"},
	"server/internal/qrcode":               {},
	"server/internal/account":              {"schemas", "server/internal/consent", "server/internal/sealing"},
	"server/internal/singlesignon":         {"server/internal/account", "server/internal/daykey"},
	"server/internal/admintrail":           {},
	"server/internal/demodata":             {"schemas", "server/internal/consent", "server/internal/exposure", "server/internal/reporting", "server/internal/shipping", "server/internal/site", "server/internal/useragent"},
	"server/internal/snippetbuild":         {"schemas", "snippet", "server/internal/catalogue", "server/internal/colour", "server/internal/consent", "server/internal/register", "server/internal/sharing", "server/internal/site"},
	"server/internal/moving":               append([]string{"server/internal/site"}, useCases...),
	"server/internal/embeddedstore":        append([]string{"server/internal/rollup"}, stores...),
	"server/internal/redisstore":           stores,
	"server/internal/clickhousestore":      stores,
	"server/internal/httpapi":              append([]string{"snippet", "snippet/demo", "server/internal/archive", "server/internal/catalogue", "server/internal/experiment", "server/internal/handover", "server/internal/integration", "server/internal/linking", "server/internal/parental", "server/internal/parentpage", "server/internal/rightspage", "server/internal/site", "server/internal/policy", "server/internal/receiptpage", "server/internal/noticepage", "server/internal/qrcode", "server/internal/importing", "server/internal/processing", "server/internal/region", "server/internal/requests", "server/internal/reviewing", "server/internal/singlesignon", "server/internal/transfer", "server/internal/useragent"}, useCases...),
	"server/cmd/assent":                    nil, // Wires everything.
	"schemas/gen":                          {},
	"deploy/gen":                           {},
	"dashboard/build":                      {},
	"server/internal/realparts":            {},
	"server/internal/chaosproxy":           {},
	"server/internal/witness":              {"schemas", "server/internal/consent"},
	"server/internal/realparts/chdbserver": {},

	"server/internal/realparts/providerserver": {"server/internal/singlesignon/providertest"},
}

var (
	useCases = []string{"schemas", "server/internal/consent", "server/internal/recording", "server/internal/shipping",
		"server/internal/reporting", "server/internal/sighting", "server/internal/account", "server/internal/snippetbuild",
		"server/internal/daykey", "server/internal/evidence", "server/internal/ratelimit", "server/internal/exposure", "server/internal/admintrail", "server/internal/auditing", "server/internal/exporting", "server/internal/transparency", "server/internal/witnessing", "server/internal/rights", "server/internal/register", "server/internal/retention", "server/internal/sealing"}
	stores = append([]string{"server/internal/storetls", "server/internal/site", "server/internal/moving", "server/internal/demodata", "server/internal/sequencing"}, useCases...)
)

// banned are names that say where code was put because nobody knew what it is.
var banned = []string{"utils", "util", "common", "helpers", "helper", "types", "models", "misc", "base", "shared"}

// The files are parsed rather than `go list` asked: the test cache knows which files a test opened, and does not know
// what a program that it started has read.
func TestImportsPointOneWay(t *testing.T) {
	root := ".."
	seen := map[string]bool{}
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (strings.HasPrefix(entry.Name(), ".") && file != root || entry.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if filepath.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		folder, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil || strings.HasSuffix(folder, "test") {
			return err
		}
		seen[folder] = true
		checkFile(t, folder, file)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for folder := range allowed {
		if !seen[folder] {
			t.Errorf("%s is in the plan and not in the house", folder)
		}
	}
}

func checkFile(t *testing.T, folder, file string) {
	t.Helper()
	may, planned := allowed[folder]
	if !planned {
		t.Errorf("%s is not in the plan: say what it may import", folder)
	}
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, source, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	if slices.Contains(banned, parsed.Name.Name) {
		t.Errorf("%s: a package named %s says nothing about what it knows", file, parsed.Name.Name)
	}
	for _, imported := range parsed.Imports {
		path, err := strconv.Unquote(imported.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		ours, isOurs := strings.CutPrefix(path, module)
		if isOurs && may != nil && !slices.Contains(may, ours) {
			t.Errorf("%s imports %s, which %s may not know", file, ours, folder)
		}
		pure := slices.Contains([]string{"server/internal/consent", "server/internal/policy", "server/internal/pagemigration", "server/internal/importing"}, folder)
		if pure && (path == "net/http" || path == "os" || strings.HasPrefix(path, "database/")) {
			t.Errorf("%s imports %s: the rules do no I/O", file, path)
		}
	}
}
