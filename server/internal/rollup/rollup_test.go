package rollup_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"assent/server/internal/reporting"
	"assent/server/internal/rollup"
)

var dimensions = []reporting.Dimension{reporting.Event, reporting.Page}

var at = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

func hour() int64 { return at.Unix() / 3600 }

// TestManyValuesTakeWiderColumns packs as many values as fit into one byte, into two, and into four.
func TestManyValuesTakeWiderColumns(t *testing.T) {
	for _, values := range []int{0, 1, 2, 256, 257, 1 << 16, 1<<16 + 1} {
		b := rollup.NewBuilder(dimensions)
		for i := range values {
			b.Add(int64(i%4), []string{"shown", fmt.Sprint(i)}, 1+i%3, i%2)
		}
		again := rollup.NewBuilder(dimensions)
		if err := again.AddPacked(b.Pack()); err != nil {
			t.Fatal(err)
		}
		packed := again.Pack()
		for name, column := range b.Pack() {
			if !bytes.Equal(column, packed[name]) {
				t.Errorf("%d values: column %s comes back as another", values, name)
			}
		}
		tally := rollup.NewTally(reporting.Question{From: at, To: at.Add(time.Hour), By: []reporting.Dimension{reporting.Page}}, dimensions)
		if err := tally.Add(hour(), packed); err != nil {
			t.Fatal(err)
		}
		if cells := tally.Cells(); len(cells) != values {
			t.Errorf("%d cells of %d values", len(cells), values)
		}
	}
}

// TestAnythingGoesWithAnything groups by dimensions that could go together in more ways than memory holds.
func TestAnythingGoesWithAnything(t *testing.T) {
	const rows = 5000
	four := []reporting.Dimension{reporting.Page, reporting.Purposes, reporting.Services, reporting.Notice}
	b := rollup.NewBuilder(four)
	for i := range rows {
		b.Add(int64(i%4), []string{fmt.Sprint("p", i), fmt.Sprint("q", i%4999), fmt.Sprint("r", i), fmt.Sprint("s", i%7)}, 1, 0)
	}
	tally := rollup.NewTally(reporting.Question{From: at, To: at.Add(time.Hour), By: four, Each: reporting.Slot}, four)
	if err := tally.Add(hour(), b.Pack()); err != nil {
		t.Fatal(err)
	}
	cells := tally.Cells()
	for _, cell := range cells {
		if cell.N != 1 || cell.Values[0][1:] != cell.Values[2][1:] {
			t.Fatalf("%+v", cell)
		}
	}
	if len(cells) != rows {
		t.Errorf("%d cells of %d", len(cells), rows)
	}
}

func TestWhatIsTakenAwayIsGone(t *testing.T) {
	b := rollup.NewBuilder(dimensions)
	b.Add(0, []string{"shown", "a"}, 3, 2)
	b.Add(0, []string{"shown", "a"}, -3, -2)
	b.Add(0, []string{"shown", "b"}, 1, 0)
	tally := rollup.NewTally(reporting.Question{From: at, To: at.Add(time.Hour), By: []reporting.Dimension{reporting.Page}}, dimensions)
	if err := tally.Add(hour(), b.Pack()); err != nil {
		t.Fatal(err)
	}
	if cells := tally.Cells(); len(cells) != 1 || cells[0].Values[0] != "b" {
		t.Errorf("%+v", cells)
	}
}

// FuzzAdd feeds columns that are damaged: an error or a number, and no panic.
func FuzzAdd(f *testing.F) {
	b := rollup.NewBuilder(dimensions)
	for i := range 300 {
		b.Add(int64(i%4), []string{"shown", fmt.Sprint(i)}, 1, 0)
	}
	packed := b.Pack()
	f.Add(packed["page"], packed["event"], packed["n"], packed["visitors"], packed["slot"])
	f.Add([]byte{}, []byte{1}, []byte{0, 0}, []byte{1, 1, 0}, []byte{255, 255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, page, event, n, visitors, slot []byte) {
		columns := map[string][]byte{"page": page, "event": event, "n": n, "visitors": visitors, "slot": slot}
		for _, each := range []time.Duration{0, time.Hour, reporting.Slot} {
			tally := rollup.NewTally(reporting.Question{From: at, To: at.Add(time.Hour), Each: each, By: dimensions,
				Where: map[reporting.Dimension][]string{reporting.Page: {"1"}}}, dimensions)
			_ = tally.Add(hour(), columns)
		}
		_ = rollup.NewBuilder(dimensions).AddPacked(columns)
	})
}
