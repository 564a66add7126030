package clickhousestore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/reporting"
)

var _ reporting.Counts = (*Store)(nil)

// whole are the dimensions that the ledger keeps as numbers. They stay numbers until they are read: grouping by texts takes
// ClickHouse several times as long.
var whole = map[reporting.Dimension]bool{reporting.Synthetic: true, reporting.Waited: true}

// answers are the dimensions that take two columns: what was granted and what was refused.
var answers = map[reporting.Dimension][2]string{
	reporting.Purposes: {"purposes_granted", "purposes_refused"},
	reporting.Services: {"services_granted", "services_refused"},
}

// countQuery puts together a query in which the first delivery of each decision counts, with what it said.
type countQuery struct {
	selected []string // Of the first deliveries.
	groups   []string
	chosen   []string // Conditions.
	values   []any    // Of the conditions.
}

// CountDecisions implements reporting.Counts.
func (s *Store) CountDecisions(ctx context.Context, q reporting.Question) ([]reporting.Cell, error) {
	var query countQuery
	for _, d := range reporting.OfDecisions {
		query.add(d, q)
	}
	version, err := s.ready(ctx)
	if err != nil {
		return nil, err
	}
	others, leftOut := butThose(q.LeftOut)
	from, arguments := query.merged(others), append([]any{q.Site, q.From.UnixMicro(), q.To.UnixMicro()}, leftOut...)
	if older(&version, splitsFinal) {
		from, arguments = query.firstOnes(others), periodArguments(q.Site, q.From.UnixMicro(), q.To.UnixMicro(), leftOut...)
	}
	text := "SELECT " + at(q, "first", 1_000_000) + ", count(), toUInt64(0)" + query.read() + " FROM " + from + query.conditions() +
		" GROUP BY at" + query.grouped()
	return s.cells(ctx, q, reporting.OfDecisions, text, append(arguments, query.values...))
}

// CountExposures implements reporting.Counts.
func (s *Store) CountExposures(ctx context.Context, q reporting.Question) ([]reporting.Cell, error) {
	var query countQuery
	for _, d := range reporting.OfExposures {
		query.add(d, q)
	}
	seconds := int64(reporting.Slot / time.Second)
	text := "SELECT " + at(q, "slot * 900", 1) + ", sum(views), sum(visitors)" + query.read() + " FROM (SELECT slot, views, visitors" + query.plain() +
		" FROM exposures WHERE site = ? AND slot >= ? AND slot < ?) WHERE slot >= 0" + query.conditions() + " GROUP BY at" + query.grouped()
	return s.cells(ctx, q, reporting.OfExposures, text, append([]any{q.Site, q.From.Unix() / seconds, q.To.Unix() / seconds}, query.values...))
}

// at is the beginning of a row's slot or hour in seconds, of a time that has so many units to the second.
func at(q reporting.Question, column string, units int64) string {
	if q.Each == 0 {
		return "toInt64(0) AS at"
	}
	seconds := int64(q.Each / time.Second)
	return fmt.Sprintf("intDiv(%s, %d) * %d AS at", column, seconds*units, seconds)
}

// add takes in a dimension that the question groups or chooses by.
func (c *countQuery) add(d reporting.Dimension, q reporting.Question) {
	isGrouped, wanted := slices.Contains(q.By, d), q.Where[d]
	if !isGrouped && len(wanted) == 0 {
		return
	}
	columns := []string{string(d)}
	if pair, two := answers[d]; two {
		columns = pair[:]
	}
	c.selected = append(c.selected, columns...)
	if isGrouped {
		c.groups = append(c.groups, columns...)
	}
	if len(wanted) > 0 {
		marks := strings.TrimSuffix(strings.Repeat("?, ", len(wanted)), ", ")
		c.chosen = append(c.chosen, "f_"+columns[0]+" IN ("+marks+")")
		for _, value := range wanted {
			c.values = append(c.values, valueOf(d, value))
		}
	}
}

// splitsFinal is the version from which on FINAL compares rows only where parts overlap, which ids that grow with time
// rarely do once parts have merged. Earlier ones are faster at grouping.
var splitsFinal = [2]int{24, 1}

// merged lets ClickHouse drop later deliveries as a merge would: precedence is greatest for the first. Conditions on times
// hold for what is left, also when the first delivery lies before the period or in another partition.
func (c *countQuery) merged(others string) string {
	return "(SELECT recorded_at AS first" + c.plain() + " FROM decisions FINAL WHERE site = ? AND recorded_at >= ? AND recorded_at < ?" + others + ") WHERE 1"
}

// firstOnes is the same as query.go explains it.
func (c *countQuery) firstOnes(others string) string {
	return "(SELECT id, subject, min(recorded_at) AS first" + c.firsts() + " FROM decisions WHERE " + ofPeriod + others + " GROUP BY id, subject) WHERE first >= ?"
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

func (c *countQuery) firsts() string {
	var text strings.Builder
	for _, column := range c.selected {
		fmt.Fprintf(&text, ", argMin(%s, recorded_at) AS f_%[1]s", column)
	}
	return text.String()
}

func (c *countQuery) plain() string {
	var text strings.Builder
	for _, column := range c.selected {
		fmt.Fprintf(&text, ", %s AS f_%[1]s", column)
	}
	return text.String()
}

func (c *countQuery) grouped() string {
	var text strings.Builder
	for _, column := range c.groups {
		text.WriteString(", f_" + column)
	}
	return text.String()
}

// read are the groups in the types that cells scans.
func (c *countQuery) read() string {
	var text strings.Builder
	for _, column := range c.groups {
		if whole[reporting.Dimension(column)] {
			text.WriteString(", toUInt32(f_" + column + ")")
		} else {
			text.WriteString(", f_" + column)
		}
	}
	return text.String()
}

func (c *countQuery) conditions() string {
	var text strings.Builder
	for _, condition := range c.chosen {
		text.WriteString(" AND " + condition)
	}
	return text.String()
}

// cells runs a query whose columns after the numbers are those of the dimensions, in the order of their kind.
func (s *Store) cells(ctx context.Context, q reporting.Question, dimensions []reporting.Dimension, query string, arguments []any) ([]reporting.Cell, error) {
	var at int64
	var n, visitors uint64
	row := []any{&at, &n, &visitors}
	texts, numbers, lists := map[reporting.Dimension]*string{}, map[reporting.Dimension]*uint32{}, map[reporting.Dimension]*[2][]string{}
	for _, d := range dimensions {
		switch _, two := answers[d]; {
		case !slices.Contains(q.By, d):
		case two:
			lists[d] = &[2][]string{}
			row = append(row, &lists[d][0], &lists[d][1])
		case whole[d]:
			numbers[d] = new(uint32)
			row = append(row, numbers[d])
		default:
			texts[d] = new(string)
			row = append(row, texts[d])
		}
	}
	var cells []reporting.Cell
	var odd error
	err := s.each(ctx, query, arguments, row, func() {
		if n == 0 && visitors == 0 {
			return // Old servers group nothing to one row where the whole time is asked for.
		}
		cell := reporting.Cell{N: int(n), Visitors: int(visitors), Values: make([]string, len(q.By))}
		if q.Each > 0 {
			cell.At = time.Unix(at, 0).UTC()
		}
		for i, d := range q.By {
			switch {
			case lists[d] != nil:
				var err error
				cell.Values[i], err = consent.AnswersText(join(lists[d][0], lists[d][1]))
				odd = errors.Join(odd, err)
			case numbers[d] != nil:
				cell.Values[i] = strconv.FormatUint(uint64(*numbers[d]), 10)
			default:
				cell.Values[i] = *texts[d]
			}
		}
		cells = append(cells, cell)
	})
	return cells, errors.Join(err, odd)
}
