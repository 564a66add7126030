package exporting

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/parquet-go/parquet-go"

	"assent/schemas"
	"assent/server/internal/recording/recordingtest"
)

func rows(n int) []Decision {
	var all []Decision
	for i := range n {
		r := recordingtest.Decision("site", fmt.Sprintf("subject-%d", i))
		r.RecordedAt = time.Date(2026, 11, 25, 12, 0, 0, 1000*i, time.UTC)
		r.Purposes, r.Services = map[string]bool{"analytics": true, "marketing": false}, map[string]bool{"you\"tube, ü": true}
		r.Page, r.Flags = "https://shop.example/a,b\"c", []string{"not-seen"}
		all = append(all, DecisionOf(r))
	}
	return all
}

func written[T any](t *testing.T, format string, rows []T) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := All(&file, format, rows); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	want := rows(25_000)
	fromParquet, err := parquet.Read[Decision](bytes.NewReader(written(t, Parquet, want)), int64(len(written(t, Parquet, want))))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, fromParquet, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("parquet: %s", diff)
	}
	var fromLines []Decision
	decoder := json.NewDecoder(bytes.NewReader(written(t, NDJSON, want)))
	for decoder.More() {
		var row Decision
		if err := decoder.Decode(&row); err != nil {
			t.Fatal(err)
		}
		fromLines = append(fromLines, row)
	}
	if diff := cmp.Diff(want, fromLines); diff != "" {
		t.Errorf("ndjson: %s", diff)
	}
	table, err := csv.NewReader(bytes.NewReader(written(t, CSV, want))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(table) != len(want)+1 || table[0][0] != "id" || table[1][0] != want[0].ID || table[2][2] != "2026-11-25T12:00:00.000001Z" ||
		table[1][5] != "analytics" || table[1][14] != want[0].Page {
		t.Errorf("csv: %d lines, %v", len(table), table[:2])
	}
}

// TestEveryColumnIsWritten finds a member that CSV cannot hold, and one that is called differently in two formats.
func TestEveryColumnIsWritten(t *testing.T) {
	for name, file := range map[string][2][]byte{
		"decisions": {written(t, CSV, []Decision{{}}), written(t, NDJSON, []Decision{{}})},
		"intervals": {written(t, CSV, []Interval{IntervalOf(schemas.Interval{})}), written(t, NDJSON, []Interval{{}})},
		"groups":    {written(t, CSV, []Group{GroupOf(schemas.Group{})}), written(t, NDJSON, []Group{{}})},
	} {
		table, err := csv.NewReader(bytes.NewReader(file[0])).ReadAll()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var object map[string]any
		if err := json.Unmarshal(file[1], &object); err != nil {
			t.Fatal(err)
		}
		if len(table) != 2 || len(table[0]) != len(object) || len(table[1]) != len(table[0]) {
			t.Errorf("%s: columns %v, members %v", name, table, object)
		}
		for _, column := range table[0] {
			if _, ok := object[column]; !ok {
				t.Errorf("%s: %q is in CSV only", name, column)
			}
		}
	}
	for _, row := range []reflect.Type{reflect.TypeFor[Decision](), reflect.TypeFor[Answered](), reflect.TypeFor[Group]()} {
		for field := range fieldsOf(row) {
			called, _, _ := strings.Cut(field.Tag.Get("parquet"), ",")
			if !field.Anonymous && called != field.Tag.Get("json") {
				t.Errorf("%s.%s has two names", row, field.Name)
			}
		}
	}
}

// ASVS 1.2.10
// Threat B5.19
func TestNoCellIsAFormula(t *testing.T) {
	for text, want := range map[string]string{
		`=HYPERLINK("https://evil.example")`: `'=HYPERLINK("https://evil.example")`,
		"+1":                                 "'+1",
		"-1":                                 "'-1",
		"@SUM(A1)":                           "'@SUM(A1)",
		"\t=1":                               "'\t=1",
		"\r=1":                               "'\r=1",
		"\n=1":                               "'\n=1",
		"https://shop.example/=1":            "https://shop.example/=1",
		"https://shop.example/;=A1;+1;b":     "https://shop.example/;'=A1;'+1;b",
		"＝1+1;＠SUM(A1)":                      "'＝1+1;'＠SUM(A1)",
		"名＝1":                                "名＝1",
		"":                                   "",
	} {
		table, err := csv.NewReader(bytes.NewReader(written(t, CSV, []Group{{Value: text}}))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if got := table[1][0]; got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestAFormatThatIsNone(t *testing.T) {
	if _, err := New[Group](io.Discard, "xlsx"); err == nil || !strings.Contains(fmt.Sprint(err), "format") {
		t.Errorf("%v", err)
	}
}

// TestMemoryDoesNotGrowWithTheRows compares what is held after many rows with what is held after few.
func TestMemoryDoesNotGrowWithTheRows(t *testing.T) {
	some := rows(groupRows)
	for _, format := range []string{CSV, NDJSON, Parquet} {
		held := func(times int) uint64 {
			sheet, err := New[Decision](io.Discard, format)
			if err != nil {
				t.Fatal(err)
			}
			for range times {
				for _, row := range some {
					if err := sheet.Write(row); err != nil {
						t.Fatal(err)
					}
				}
			}
			for range 3 { // Pools are emptied by the second.
				runtime.GC()
			}
			var stats runtime.MemStats
			runtime.ReadMemStats(&stats)
			runtime.KeepAlive(sheet)
			return stats.HeapAlloc
		}
		few := held(2)
		if many := held(10); many > few+few/4 {
			t.Errorf("%s holds %d bytes after five times the rows, %d before", format, many, few)
		}
	}
}
