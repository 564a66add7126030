// Package schemas is the contract: JSON Schemas, the types made from them, the examples that every reader of the
// contract must agree on, the stores' migrations and the layout of the Redis keys. It imports nothing of ours.
package schemas

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

//go:generate go run ./gen .

// JSON holds the *.schema.json files and openapi.yaml.
//
//go:embed *.schema.json openapi.yaml
var JSON embed.FS

// Examples holds the corpus: valid/KIND.NAME.json and invalid/KIND.NAME.json, KIND being a schema's name.
//
//go:embed examples
var Examples embed.FS

// Catalogue holds well-known services, ID.json each, in the shape of a notice's service.
//
//go:embed catalogue
var Catalogue embed.FS

// Regimes is the built-in list of whose rules hold where: countries and subdivisions by regime.
//
//go:embed regimes.json
var Regimes []byte

// Adequacy is the built-in list of the countries of the EEA and of the European Commission's adequacy decisions.
//
//go:embed adequacy.json
var Adequacy []byte

//go:embed embedded/*.sql clickhouse/*.sql
var migrations embed.FS

// Migration is one forward-only step of a store's schema.
type Migration struct {
	Number int    // Position in the order, from the file's name: 1 for 0001_init.sql.
	Name   string // File name without folder.
	SQL    string
}

// Migrations returns the steps of a store, "embedded" or "clickhouse", in order.
// It fails when two files share a number or a name has none, which only a faulty build can do.
func Migrations(store string) ([]Migration, error) {
	files, err := fs.Glob(migrations, store+"/*.sql")
	if err != nil {
		return nil, err
	}
	slices.Sort(files)
	var steps []Migration
	for _, file := range files {
		name := path.Base(file)
		digits, _, _ := strings.Cut(name, "_")
		number, err := strconv.Atoi(digits)
		if err != nil || number != len(steps)+1 {
			return nil, fmt.Errorf("migration %s: want number %04d", file, len(steps)+1)
		}
		sql, err := migrations.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read migration %s: %w", file, err)
		}
		steps = append(steps, Migration{Number: number, Name: name, SQL: string(sql)})
	}
	return steps, nil
}
