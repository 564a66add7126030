package importing

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

const mostRows = 20_000

// table is a CSV file whose first line names the columns.
type table struct {
	columns []string // Names without spaces, in lower case.
	rows    [][]string
	lines   []int
}

// readTable returns nil for what is no table.
func readTable(file []byte) *table {
	file = bytes.TrimPrefix(file, []byte("\xef\xbb\xbf"))
	head, _, _ := bytes.Cut(file, []byte("\n"))
	comma := ','
	for _, other := range ";\t" {
		if bytes.ContainsRune(head, other) && bytes.Count(head, []byte(string(other))) > bytes.Count(head, []byte(string(comma))) {
			comma = other
		}
	}
	if !bytes.ContainsRune(head, comma) || bytes.ContainsAny(head, "{}()=") {
		return nil
	}
	reader := csv.NewReader(bytes.NewReader(file))
	reader.Comma, reader.LazyQuotes, reader.FieldsPerRecord, reader.ReuseRecord = comma, true, -1, false
	var t table
	for len(t.rows) < mostRows {
		row, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			continue // One row that cannot be read is no reason to give up the others.
		}
		if t.columns == nil {
			for _, name := range row {
				t.columns = append(t.columns, bare(name))
			}
			continue
		}
		line, _ := reader.FieldPos(0)
		t.rows, t.lines = append(t.rows, row), append(t.lines, line)
	}
	if t.kind() == "" {
		return nil
	}
	return &t
}

// What columns are called, without spaces.
var (
	nameColumns      = []string{"cookiedatakeyname", "cookiename", "name", "cookie", "trackername"}
	categoryColumns  = []string{"category", "cookiecategory", "kategorie"}
	providerColumns  = []string{"provider", "host", "domain", "anbieter"}
	retentionColumns = []string{"expiry", "retentionperiod", "expiration", "duration", "ablauf"}
	typeColumns      = []string{"type", "typ", "cookietype"}
)

func (t *table) kind() string {
	switch {
	case t.has([]string{"platform"}) && t.has(nameColumns):
		return cookieList
	case t.has(nameColumns) && t.has(categoryColumns):
		return Cookiebot
	}
	return ""
}

func (t *table) has(names []string) bool { return t.column(names) >= 0 }

func (t *table) column(names []string) int {
	return slices.IndexFunc(t.columns, func(column string) bool { return slices.Contains(names, column) })
}

func (t *table) cell(row []string, names ...string) string {
	if i := t.column(names); i >= 0 && i < len(row) {
		return strings.TrimSpace(row[i])
	}
	return ""
}

// entry is what a list of cookies knows of one.
type entry struct {
	platform, name, provider, policy string
	pattern                          string // Of its names.
	wildcard                         bool
	kept                             length
}

// withPattern is the entry, as its name and wildcard say it.
func (e entry) withPattern() entry {
	e.pattern = patternOf(e.name)
	if e.wildcard && e.pattern != "" && !strings.HasSuffix(e.pattern, "*") {
		e.pattern += "*"
	}
	return e
}

// database is an Open Cookie Database that the owner gave.
type database struct {
	exact     map[string][]entry
	wildcards []entry
	platforms map[string][]entry
	compared  int // Bytes, at most.
}

// mostCompared bounds how long two hostile files keep a server: thousands of names against thousands of patterns.
const mostCompared = 200_000_000

// takesIn reports whether a pattern takes a name in. Beyond what any two lists need, none does.
func (db *database) takesIn(e entry, name string) bool {
	if db.compared > mostCompared {
		return false
	}
	steps := len(e.pattern) + 1
	if strings.Count(e.pattern, "*") > 1 {
		steps *= len(name) + 1 // What is tried from each place anew.
	}
	db.compared += steps
	return covers(e.pattern, name)
}

func readDatabase(file []byte) (*database, error) {
	db := &database{exact: map[string][]entry{}, platforms: map[string][]entry{}}
	if len(file) == 0 {
		return db, nil
	}
	if len(file) > Largest {
		return nil, fmt.Errorf("has more than %d MB", Largest>>20)
	}
	t := readTable(file)
	if t == nil || t.kind() != cookieList {
		return nil, errors.New("is no Open Cookie Database: a CSV file whose first line has Platform, Category and Cookie / Data Key name")
	}
	for _, row := range t.rows {
		e := entry{platform: short(t.cell(row, "platform"), 200), name: t.cell(row, nameColumns...), provider: short(t.cell(row, "datacontroller", "controller"), 200),
			policy: t.cell(row, "userprivacygdprrightsportals", "privacylink", "userprivacyrightsportals"), wildcard: t.cell(row, "wildcardmatch", "wildcard") == "1",
			kept: lengthOf(t.cell(row, retentionColumns...))}.withPattern()
		if e.platform == "" || e.pattern == "" {
			continue
		}
		if e.wildcard {
			db.wildcards = append(db.wildcards, e)
		} else {
			db.exact[e.name] = append(db.exact[e.name], e)
		}
		db.platforms[bare(e.platform)] = append(db.platforms[bare(e.platform)], e)
	}
	return db, nil
}

// of returns what is known of a cookie: nothing where several platforms have one of that name.
func (db *database) of(name string) (entry, bool) {
	found := db.exact[name]
	if len(found) == 0 {
		for _, e := range db.wildcards {
			if e.pattern == name || db.takesIn(e, name) {
				found = append(found, e)
			}
		}
	}
	for _, e := range found {
		if bare(e.platform) != bare(found[0].platform) {
			return entry{}, false
		}
	}
	if len(found) == 0 {
		return entry{}, false
	}
	return found[0], true
}
