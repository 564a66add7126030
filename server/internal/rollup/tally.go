package rollup

import (
	"slices"
	"time"

	"assent/server/internal/reporting"
)

// Tally sums up what a question asks for, an hour at a time.
type Tally struct {
	question reporting.Question
	names    []string
	cells    map[cellKey]*reporting.Cell
	keys     []uint32 // Used again from hour to hour, as is keep.
	keep     []bool
}

type cellKey struct {
	at     int64 // Slots since 1970, or 0.
	values string
}

// NewTally returns a tally for a question about what has these dimensions. A condition on another one is no condition.
func NewTally(q reporting.Question, dimensions []reporting.Dimension) *Tally {
	t := &Tally{question: q, cells: map[cellKey]*reporting.Cell{}}
	for _, d := range q.By {
		t.names = append(t.names, string(d))
	}
	for _, d := range dimensions {
		if len(q.Where[d]) > 0 && !slices.Contains(t.names, string(d)) {
			t.names = append(t.names, string(d))
		}
	}
	t.names = append(t.names, number)
	if slices.Contains(dimensions, reporting.Event) {
		t.names = append(t.names, visitors)
	}
	if q.Each == reporting.Slot || !q.From.Truncate(time.Hour).Equal(q.From) || !q.To.Truncate(time.Hour).Equal(q.To) {
		t.names = append(t.names, slotOfHour)
	}
	return t
}

// Names are the columns that the question needs.
func (t *Tally) Names() []string { return t.names }

func isNoSlot(value string) bool { return len(value) != 1 || value[0] < '0' || value[0] > '3' }

// Add counts an hour, of which it needs the columns in Names.
func (t *Tally) Add(hour int64, packed map[string][]byte) error {
	columns, rows := map[string]*column{}, 0
	for _, name := range t.names {
		c, n, err := decode(packed[name])
		if err != nil {
			return err
		}
		if len(columns) > 0 && n != rows {
			return errDamaged
		}
		columns[name], rows = c, n
	}
	if c := columns[slotOfHour]; c != nil && slices.ContainsFunc(c.values, isNoSlot) {
		return errDamaged
	}
	n, err := columns[number].numbers()
	if err != nil {
		return err
	}
	var seen []int // Of exposures alone.
	if c := columns[visitors]; c != nil {
		if seen, err = c.numbers(); err != nil {
			return err
		}
	}
	if rows == 0 {
		return nil
	}
	h := hourOf{tally: t, columns: columns, rows: rows, n: n, seen: seen}
	h.sum(hour)
	return nil
}

// hourOf is one hour's columns.
type hourOf struct {
	tally   *Tally
	columns map[string]*column
	rows    int
	n, seen []int
}

// sum groups the rows by place first, which takes no look at their values, and then the groups by value.
func (h hourOf) sum(hour int64) {
	keep := h.filter(hour)
	axes := h.axes()
	h.tally.keys = slices.Grow(h.tally.keys[:0], h.rows)[:h.rows]
	keys := h.tally.keys
	groups := group(axes, keys)
	sums, people, example := make([]int, groups), make([]int, groups), make([]int, groups)
	numbers, seen := h.columns[number], h.columns[visitors]
	for row, key := range keys {
		if keep != nil && !keep[row] {
			continue
		}
		if sums[key] == 0 {
			example[key] = row
		}
		sums[key] += h.n[numbers.at(row)]
		if seen != nil {
			people[key] += h.seen[seen.at(row)]
			example[key] = row
		}
	}
	for key := range groups {
		if sums[key] != 0 || people[key] != 0 {
			h.tally.count(hour, axes, example[key], sums[key], people[key])
		}
	}
}

// axes are the columns to group by, those of the dimensions first and that of the slot last.
func (h hourOf) axes() []*column {
	var axes []*column
	for _, d := range h.tally.question.By {
		axes = append(axes, h.columns[string(d)])
	}
	if h.tally.question.Each == reporting.Slot {
		axes = append(axes, h.columns[slotOfHour])
	}
	return axes
}

// mostKeys bounds how many groups are thought of that may have no row.
const mostKeys = 1 << 20

// group gives rows the same key that have the same places on all axes, and returns how many keys there are at most.
func group(axes []*column, keys []uint32) (groups int) {
	clear(keys)
	groups = 1
	for _, axis := range axes {
		values := len(axis.values)
		switch {
		case values <= 1:
		case groups*values <= mostKeys:
			axis.addTo(keys)
			groups *= values
		default:
			groups = renumber(keys, axis)
		}
	}
	return groups
}

// addTo makes the rows' places on an axis part of their keys.
func (c *column) addTo(keys []uint32) {
	values := uint32(len(c.values))
	for row, place := range c.narrow {
		keys[row] = keys[row]*values + uint32(place)
	}
	for row, place := range c.wide {
		keys[row] = keys[row]*values + place
	}
}

// dropFrom keeps only rows whose place is allowed.
func (c *column) dropFrom(keep, allowed []bool) {
	for row, place := range c.narrow {
		keep[row] = keep[row] && allowed[place]
	}
	for row, place := range c.wide {
		keep[row] = keep[row] && allowed[place]
	}
	if c.isConstant() && !allowed[0] {
		clear(keep)
	}
}

// renumber adds an axis to the keys and counts only those that there are.
func renumber(keys []uint32, axis *column) int {
	numbers := map[[2]uint32]uint32{}
	for row, key := range keys {
		pair := [2]uint32{key, axis.at(row)}
		number, known := numbers[pair]
		if !known {
			number = uint32(len(numbers))
			numbers[pair] = number
		}
		keys[row] = number
	}
	return len(numbers)
}

// filter tells which rows count; nil when all do.
func (h hourOf) filter(hour int64) []bool {
	var keep []bool
	drop := func(c *column, wanted func(string) bool) {
		allowed, all := make([]bool, len(c.values)), true
		for i, value := range c.values {
			allowed[i] = wanted(value)
			all = all && allowed[i]
		}
		if all {
			return
		}
		if keep == nil {
			h.tally.keep = slices.Grow(h.tally.keep[:0], h.rows)[:h.rows]
			keep = h.tally.keep
			for row := range keep {
				keep[row] = true
			}
		}
		c.dropFrom(keep, allowed)
	}
	q := h.tally.question
	for d, values := range q.Where {
		if c := h.columns[string(d)]; c != nil && len(values) > 0 {
			drop(c, func(value string) bool { return slices.Contains(values, value) })
		}
	}
	if c := h.columns[slotOfHour]; c != nil {
		from, to := q.From.Unix()/slotSeconds-hour*SlotsPerHour, q.To.Unix()/slotSeconds-hour*SlotsPerHour
		drop(c, func(value string) bool { return int64(value[0]-'0') >= from && int64(value[0]-'0') < to })
	}
	return keep
}

const slotSeconds = int64(reporting.Slot / time.Second)

// count adds to the cell that a row belongs to.
func (t *Tally) count(hour int64, axes []*column, row, n, seen int) {
	values := make([]string, len(t.question.By))
	for i := range values {
		values[i] = axes[i].values[axes[i].at(row)]
	}
	at := int64(0)
	switch t.question.Each {
	case time.Hour:
		at = hour * SlotsPerHour
	case reporting.Slot:
		slots := axes[len(values)]
		at = hour*SlotsPerHour + int64(slots.values[slots.at(row)][0]-'0')
	}
	key := cellKey{at, join(values)}
	cell := t.cells[key]
	if cell == nil {
		cell = &reporting.Cell{Values: values}
		if t.question.Each > 0 {
			cell.At = time.Unix(at*slotSeconds, 0).UTC()
		}
		t.cells[key] = cell
	}
	cell.N += n
	cell.Visitors += seen
}

// Cells returns the answer, without those of which all was taken away again.
func (t *Tally) Cells() []reporting.Cell {
	cells := make([]reporting.Cell, 0, len(t.cells))
	for _, cell := range t.cells {
		if cell.N != 0 || cell.Visitors != 0 {
			cells = append(cells, *cell)
		}
	}
	return cells
}
