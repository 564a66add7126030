package clickhousestore_test

import (
	"context"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// element is one of a configuration's, whatever its name.
type element struct {
	XMLName  xml.Name
	Text     string    `xml:",chardata"`
	Children []element `xml:",any"`
}

// within returns the elements at a path, in which * is any name.
func (e element) within(path ...string) []element {
	if len(path) == 0 {
		return []element{e}
	}
	var found []element
	for _, child := range e.Children {
		if path[0] == "*" || path[0] == child.XMLName.Local {
			found = append(found, child.within(path[1:]...)...)
		}
	}
	return found
}

// testConfiguration looks up in the current engine what the files of deploy/clickhouse set and grant: the server of 2018,
// on which they are tried whole, ignores what it does not know.
func testConfiguration(t *testing.T, address string) {
	options, err := clickhouse.ParseDSN(address)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := clickhouse.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	isKnown := func(query, value string) {
		t.Helper()
		var count uint64
		if err := conn.QueryRow(context.Background(), query, value).Scan(&count); err != nil || count == 0 {
			t.Errorf("the engine does not know %q: %v", value, err)
		}
	}
	server, users := configuration(t, "server.xml"), configuration(t, "users.xml")
	checked := 0
	for _, setting := range server.within("merge_tree", "*") {
		isKnown("SELECT count() FROM system.merge_tree_settings WHERE name = ?", setting.XMLName.Local)
		checked++
	}
	for _, setting := range users.within("profiles", "*", "*") {
		isKnown("SELECT count() FROM system.settings WHERE name = ?", setting.XMLName.Local)
		checked++
	}
	for _, grant := range users.within("users", "assent", "grants", "query") {
		isKnown("SELECT toUInt64(length(formatQuery(?)))", strings.TrimSpace(grant.Text)+" TO assent")
		checked++
	}
	if checked < 10 {
		t.Errorf("only %d names were found", checked)
	}
}

func configuration(t *testing.T, name string) (root element) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "..", "..", "deploy", "clickhouse", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := xml.Unmarshal(content, &root); err != nil || root.XMLName.Local != "clickhouse" {
		t.Fatalf("%s: %v", name, err)
	}
	return root
}
