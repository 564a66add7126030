// Package exporting writes rows into files that other programs read: CSV, NDJSON and Parquet.
package exporting

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"

	"assent/schemas"
	"assent/server/internal/consent"
)

// Formats of a file.
const (
	CSV     = "csv"     // RFC 4180 but for its line ends, with a line of names, in UTF-8 without a mark; lists are separated by spaces.
	NDJSON  = "ndjson"  // A JSON object a line.
	Parquet = "parquet" // With ZSTD.
)

// Sheet is a file that is written row by row, in memory that does not grow with the rows.
type Sheet[T any] interface {
	Write(row T) error
	// Close writes what is left. A Parquet file is none before.
	Close() error
}

// MediaType is what a file of the format is called in HTTP; empty for no format of ours.
func MediaType(format string) string {
	return map[string]string{CSV: "text/csv; charset=utf-8", NDJSON: "application/x-ndjson", Parquet: "application/vnd.apache.parquet"}[format]
}

// New begins a file of rows T: a struct with a tag `json`, and a tag `parquet`, for each column.
func New[T any](w io.Writer, format string) (Sheet[T], error) {
	switch format {
	case CSV:
		s := &table[T]{w: csv.NewWriter(w)}
		return s, s.w.Write(namesOf(reflect.TypeFor[T]()))
	case NDJSON:
		return lines[T]{json.NewEncoder(w)}, nil
	case Parquet:
		return &columns[T]{w: parquet.NewGenericWriter[T](w, parquet.Compression(&parquet.Zstd))}, nil
	default:
		return nil, &consent.InvalidError{Faults: []schemas.Fault{{Pointer: "/format", Detail: fmt.Sprintf("%q is none of csv, ndjson, parquet", format)}}}
	}
}

// All writes a file of rows that are at hand.
func All[T any](w io.Writer, format string, rows []T) error {
	sheet, err := New[T](w, format)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if err := sheet.Write(row); err != nil {
			return err
		}
	}
	return sheet.Close()
}

// lines is NDJSON.
type lines[T any] struct{ encoder *json.Encoder }

func (l lines[T]) Write(row T) error { return l.encoder.Encode(row) }
func (l lines[T]) Close() error      { return nil }

// groupRows is how many rows of a Parquet file lie together. They are in memory until the group is whole.
const groupRows = 10_000

// columns is Parquet.
type columns[T any] struct {
	w     *parquet.GenericWriter[T]
	group int
}

func (c *columns[T]) Write(row T) error {
	if _, err := c.w.Write([]T{row}); err != nil {
		return err
	}
	if c.group++; c.group < groupRows {
		return nil
	}
	c.group = 0
	return c.w.Flush()
}

func (c *columns[T]) Close() error { return c.w.Close() }

// table is CSV.
type table[T any] struct {
	w     *csv.Writer
	cells []string
}

func (t *table[T]) Write(row T) error {
	t.cells = appendCells(t.cells[:0], reflect.ValueOf(row))
	return t.w.Write(t.cells)
}

func (t *table[T]) Close() error {
	t.w.Flush()
	return t.w.Error()
}

// namesOf are the columns' names; members of embedded structs are columns too.
func namesOf(row reflect.Type) []string {
	var names []string
	for field := range fieldsOf(row) {
		if field.Anonymous {
			names = append(names, namesOf(field.Type)...)
			continue
		}
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}

func fieldsOf(row reflect.Type) func(func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range row.NumField() {
			if !yield(row.Field(i)) {
				return
			}
		}
	}
}

func appendCells(cells []string, row reflect.Value) []string {
	for field := range fieldsOf(row.Type()) {
		value := row.FieldByIndex(field.Index)
		switch v := value.Interface().(type) {
		case string:
			cells = append(cells, harmless(v))
		case []string:
			cells = append(cells, harmless(strings.Join(v, " ")))
		case time.Time:
			cells = append(cells, instant(v))
		case bool:
			cells = append(cells, strconv.FormatBool(v))
		case int:
			cells = append(cells, strconv.Itoa(v))
		default: // An embedded struct: TestEveryColumnIsWritten finds anything else.
			cells = appendCells(cells, value)
		}
	}
	return cells
}

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000000Z")
}

// harmless keeps a spreadsheet from running what a stranger wrote as a formula (ASVS 1.2.10): a page's address, a language
// and the names of what was deleted come from visitors. The wide forms of the signs begin a formula where people write
// Chinese or Japanese.
func harmless(text string) string {
	if first, _ := utf8.DecodeRuneInString(text); text != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) {
		text = "'" + text
	}
	return inside.Replace(text)
}

// inside is where another cell begins for a spreadsheet that splits lines at semicolons, as many do in Europe.
var inside = strings.NewReplacer(";=", ";'=", ";+", ";'+", ";-", ";'-", ";@", ";'@", ";\t", ";'\t",
	";＝", ";'＝", ";＋", ";'＋", ";－", ";'－", ";＠", ";'＠")
