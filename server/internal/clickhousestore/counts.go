package clickhousestore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/reporting"
)

var _ reporting.Counts = (*Store)(nil)

// whole are the dimensions that the ledger keeps as numbers.
var whole = map[reporting.Dimension]bool{reporting.Synthetic: true, reporting.Waited: true}

// answers are the dimensions that take two columns: what was granted and what was refused.
var answers = map[reporting.Dimension][2]string{
	reporting.Purposes: {"purposes_granted", "purposes_refused"},
	reporting.Services: {"services_granted", "services_refused"},
}

// countsFast is the version from which on FINAL compares rows only where parts overlap, which ids that grow with time rarely
// do once parts have merged, and from which on there is the column answer (0012_answer).
var countsFast = [2]int{24, 1}

// CountDecisions implements reporting.Counts.
func (s *Store) CountDecisions(ctx context.Context, q reporting.Question) ([]reporting.Cell, error) {
	version, err := s.ready(ctx)
	if err != nil {
		return nil, err
	}
	if older(&version, countsFast) {
		return s.countFirstOnes(ctx, q)
	}
	return s.countMerged(ctx, q)
}

// countFirstOnes counts the first delivery of each decision, with what it said, as query.go explains it.
func (s *Store) countFirstOnes(ctx context.Context, q reporting.Question) ([]reporting.Cell, error) {
	inner := "SELECT id, subject, min(recorded_at) AS first"
	for _, column := range union(columnsOf(q.By), chosenBy(q)) {
		inner += fmt.Sprintf(", argMin(%s, recorded_at) AS f_%[1]s", column)
	}
	others, leftOut := butThose(q.LeftOut)
	conditions, values := conditionsOf(q)
	query := "SELECT " + at(q, "first", 1_000_000) + ", count(), toUInt64(0)" + read(q.By) +
		" FROM (" + inner + " FROM decisions WHERE " + ofPeriod + others + " GROUP BY id, subject) WHERE first >= ?" + conditions +
		" GROUP BY at" + listed(columnsOf(q.By))
	return s.cells(ctx, q, query, append(periodArguments(q.Site, q.From.UnixMicro(), q.To.UnixMicro(), leftOut...), values...))
}

// CountExposures implements reporting.Counts.
func (s *Store) CountExposures(ctx context.Context, q reporting.Question) ([]reporting.Cell, error) {
	seconds := int64(reporting.Slot / time.Second)
	q.Where = maps.Clone(q.Where)
	maps.DeleteFunc(q.Where, func(d reporting.Dimension, _ []string) bool { return !slices.Contains(reporting.OfExposures, d) })
	conditions, values := conditionsOf(q)
	query := "SELECT " + at(q, "slot * 900", 1) + ", sum(views), sum(visitors)" + read(q.By) +
		" FROM (SELECT slot, views, visitors" + renamed(union(columnsOf(q.By), chosenBy(q))) +
		" FROM exposures WHERE site = ? AND slot >= ? AND slot < ?) WHERE slot >= 0" + conditions +
		" GROUP BY at" + listed(columnsOf(q.By))
	return s.cells(ctx, q, query, append([]any{q.Site, q.From.Unix() / seconds, q.To.Unix() / seconds}, values...))
}

// at is the beginning of a row's slot or hour in seconds, of a time that has so many units to the second.
func at(q reporting.Question, column string, units int64) string {
	if q.Each == 0 {
		return "toInt64(0) AS at"
	}
	seconds := int64(q.Each / time.Second)
	return fmt.Sprintf("intDiv(%s, %d) * %d AS at", column, seconds*units, seconds)
}

// columnsOf are the columns that dimensions take.
func columnsOf(dimensions []reporting.Dimension) (columns []string) {
	for _, d := range dimensions {
		if pair, two := answers[d]; two {
			columns = append(columns, pair[:]...)
		} else {
			columns = append(columns, string(d))
		}
	}
	return columns
}

// chosenBy are the columns that the question has conditions on.
func chosenBy(q reporting.Question) (columns []string) {
	for _, d := range slices.Sorted(maps.Keys(q.Where)) {
		if len(q.Where[d]) > 0 {
			columns = append(columns, string(d))
		}
	}
	return columns
}

// conditionsOf are the question's, on renamed columns, and their values.
func conditionsOf(q reporting.Question) (conditions string, values []any) {
	for _, column := range chosenBy(q) {
		d := reporting.Dimension(column)
		marks := strings.TrimSuffix(strings.Repeat("?, ", len(q.Where[d])), ", ")
		conditions += " AND f_" + column + " IN (" + marks + ")"
		for _, value := range q.Where[d] {
			values = append(values, valueOf(d, value))
		}
	}
	return conditions, values
}

// valueOf is a value of a dimension as the ledger keeps it. What is no number is no number's value.
func valueOf(d reporting.Dimension, text string) any {
	if !whole[d] {
		return text
	}
	if n, err := strconv.Atoi(text); err == nil {
		return n
	}
	return -1
}

// union has each column once.
func union(some, others []string) []string {
	all := slices.Clone(some)
	for _, column := range others {
		if !slices.Contains(all, column) {
			all = append(all, column)
		}
	}
	return all
}

// renamed selects columns under names that those of results do not meet.
func renamed(columns []string) string {
	var text strings.Builder
	for _, column := range columns {
		fmt.Fprintf(&text, ", %s AS f_%[1]s", column)
	}
	return text.String()
}

// listed are renamed columns after others.
func listed(columns []string) string {
	var text strings.Builder
	for _, column := range columns {
		text.WriteString(", f_" + column)
	}
	return text.String()
}

// read selects what dimensions take in the types that a scanner takes.
func read(dimensions []reporting.Dimension) string {
	var text strings.Builder
	for _, column := range columnsOf(dimensions) {
		if whole[reporting.Dimension(column)] {
			text.WriteString(", toUInt32(f_" + column + ")")
		} else {
			text.WriteString(", f_" + column)
		}
	}
	return text.String()
}

// cells runs a query whose columns after the numbers are what read selects.
func (s *Store) cells(ctx context.Context, q reporting.Question, query string, arguments []any) ([]reporting.Cell, error) {
	var second int64
	var n, visitors uint64
	scanner := newScanner(q.By)
	var cells []reporting.Cell
	var odd error
	err := s.each(ctx, query, arguments, append([]any{&second, &n, &visitors}, scanner.columns...), func() {
		if n == 0 && visitors == 0 {
			return // Old servers group nothing to one row where the whole time is asked for.
		}
		values, err := scanner.values()
		odd = errors.Join(odd, err)
		cells = append(cells, cellOf(q, second, int(n), int(visitors), values))
	})
	return cells, errors.Join(err, odd)
}

func cellOf(q reporting.Question, second int64, n, visitors int, values []string) reporting.Cell {
	cell := reporting.Cell{N: n, Visitors: visitors, Values: values}
	if q.Each > 0 {
		cell.At = time.Unix(second, 0).UTC()
	}
	return cell
}

// scanner takes what dimensions take of a row.
type scanner struct {
	columns []any // To be scanned into.
	texts   []func() (string, error)
}

func newScanner(dimensions []reporting.Dimension) *scanner {
	s := new(scanner)
	for _, d := range dimensions {
		switch _, two := answers[d]; {
		case two:
			lists := new([2][]string)
			s.add(func() (string, error) { return consent.AnswersText(join(lists[0], lists[1])) }, &lists[0], &lists[1])
		case whole[d]:
			number := new(uint32)
			s.add(func() (string, error) { return strconv.FormatUint(uint64(*number), 10), nil }, number)
		default:
			text := new(string)
			s.add(func() (string, error) { return *text, nil }, text)
		}
	}
	return s
}

func (s *scanner) add(text func() (string, error), columns ...any) {
	s.columns, s.texts = append(s.columns, columns...), append(s.texts, text)
}

// values are the dimensions' of the row that was scanned last.
func (s *scanner) values() ([]string, error) {
	values := make([]string, len(s.texts))
	var odd error
	for i, text := range s.texts {
		var err error
		values[i], err = text()
		odd = errors.Join(odd, err)
	}
	return values, odd
}
