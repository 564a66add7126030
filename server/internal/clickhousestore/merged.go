package clickhousestore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"

	"assent/server/internal/reporting"
)

// answered are the dimensions that the column answer holds, which is read instead of theirs where one of the lists is asked for.
var answered = []reporting.Dimension{reporting.Notice, reporting.Outcome, reporting.Purposes, reporting.Services}

// countMerged lets ClickHouse drop later deliveries as a merge would: precedence is greatest for the first. Conditions on times
// hold for what is left, also when the first delivery lies before the period or in another partition.
//
// Grouping by several texts takes ClickHouse three times as long as by one number. So it groups by a number that stands for
// them, and is asked once what each number stands for.
func (s *Store) countMerged(ctx context.Context, q reporting.Question) ([]reporting.Cell, error) {
	type group struct {
		second int64
		number uint64
	}
	counted := map[group]uint64{}
	var g group
	var n uint64
	query, arguments := s.labels.counting(q)
	err := s.each(ctx, query, arguments, []any{&g.second, &g.number, &n}, func() { counted[g] = n })
	if err != nil {
		return nil, err
	}
	numbers := map[uint64]bool{}
	for g := range counted {
		numbers[g.number] = true
	}
	known, err := s.label(ctx, q, numbers)
	if err != nil {
		return nil, err
	}
	type place struct {
		second int64
		values string
	}
	sums, values := map[place]uint64{}, map[string][]string{}
	for g, n := range counted {
		label, isKnown := known[g.number]
		if !isKnown {
			continue // All of it was erased since it was counted.
		}
		joined := strings.Join(label, "\x00")
		sums[place{g.second, joined}] += n
		values[joined] = label
	}
	var cells []reporting.Cell
	for at, n := range sums {
		if n > 0 { // Nothing is one row where the whole time is asked for.
			cells = append(cells, cellOf(q, at.second, int(n), 0, slices.Clone(values[at.values])))
		}
	}
	return cells, nil
}

// label returns what numbers stand for, and asks for those that nobody asked for before.
func (s *Store) label(ctx context.Context, q reporting.Question, numbers map[uint64]bool) (map[uint64][]string, error) {
	known := s.labels.find(q.By, numbers)
	unknown := slices.DeleteFunc(slices.Collect(maps.Keys(numbers)), func(number uint64) bool { return known[number] != nil })
	if len(unknown) == 0 {
		return known, nil
	}
	var number uint64
	scanner := newScanner(q.By)
	fresh := map[uint64][]string{}
	var odd error
	query, arguments := s.labels.naming(q, unknown)
	err := s.each(ctx, query, arguments, append([]any{&number}, scanner.columns...), func() {
		values, err := scanner.values()
		odd = errors.Join(odd, err)
		fresh[number] = values
	})
	if err = errors.Join(err, odd); err != nil {
		return nil, err
	}
	s.labels.keep(q.By, fresh)
	maps.Copy(known, fresh)
	return known, nil
}

// mostLabels bounds what is remembered; a label has the texts of a few dimensions, of which addresses of pages are the longest.
const mostLabels = 50_000

// mostListed is how many numbers a query lists, so that its text stays within what ClickHouse takes.
const mostListed = 5_000

// labels remembers the values that numbers stand for, by the dimensions. A number is the sum of hashes of each dimension's value
// with a secret key, so that nobody can choose pages whose numbers meet; that two of a million do by chance has odds of one in
// thirty million.
type labels struct {
	key [2]uint64

	guard sync.Mutex
	known map[string]map[uint64][]string
	held  int
}

func newLabels() *labels {
	return &labels{key: [2]uint64{rand.Uint64(), rand.Uint64()}, known: map[string]map[uint64][]string{}}
}

func nameOf(by []reporting.Dimension) string {
	var name strings.Builder
	for _, d := range by {
		name.WriteString(string(d) + " ")
	}
	return name.String()
}

func (l *labels) find(by []reporting.Dimension, numbers map[uint64]bool) map[uint64][]string {
	l.guard.Lock()
	defer l.guard.Unlock()
	all, found := l.known[nameOf(by)], map[uint64][]string{}
	for number := range numbers {
		if values, isKnown := all[number]; isKnown {
			found[number] = values
		}
	}
	return found
}

func (l *labels) keep(by []reporting.Dimension, fresh map[uint64][]string) {
	l.guard.Lock()
	defer l.guard.Unlock()
	if l.held += len(fresh); l.held > mostLabels {
		clear(l.known)
		l.held = len(fresh)
	}
	name := nameOf(by)
	if l.known[name] == nil {
		l.known[name] = map[uint64][]string{}
	}
	maps.Copy(l.known[name], fresh)
}

// counting is the query for how many decisions each number has.
func (l *labels) counting(q reporting.Question) (query string, arguments []any) {
	number, columns := l.number(q.By)
	from, arguments := decisions(q, columns)
	return "SELECT " + at(q, "first", 1_000_000) + ", " + number + " AS number, count() FROM " + from + " GROUP BY at, number", arguments
}

// naming is the query for what numbers stand for.
func (l *labels) naming(q reporting.Question, numbers []uint64) (query string, arguments []any) {
	number, columns := l.number(q.By)
	from, arguments := decisions(q, union(columns, columnsOf(q.By)))
	if len(numbers) <= mostListed {
		from += " AND number IN (" + strings.Trim(strings.Join(strings.Fields(fmt.Sprint(numbers)), ", "), "[]") + ")"
	}
	return "SELECT " + number + " AS number" + read(q.By) + " FROM " + from + " LIMIT 1 BY number", arguments
}

// number is the expression, and the columns that it is made from.
func (l *labels) number(by []reporting.Dimension) (expression string, columns []string) {
	isList := func(d reporting.Dimension) bool { _, two := answers[d]; return two }
	if slices.ContainsFunc(by, isList) {
		by = slices.DeleteFunc(slices.Clone(by), func(d reporting.Dimension) bool { return slices.Contains(answered, d) })
		columns = append(columns, "answer")
	}
	columns = append(columns, columnsOf(by)...)
	expression = "toUInt64(0)"
	for i, column := range columns {
		if whole[reporting.Dimension(column)] { // Hashing it for every row would take longer than all the rest.
			expression += fmt.Sprintf(" + f_%s * toUInt64(%d)", column, (l.key[0]+uint64(i)*l.key[1])|1)
		} else {
			expression += fmt.Sprintf(" + sipHash64Keyed((toUInt64(%d), toUInt64(%d)), f_%s)", l.key[0], l.key[1]+uint64(i), column)
		}
	}
	return expression, columns
}

// decisions are those of the question, with these columns renamed.
func decisions(q reporting.Question, columns []string) (from string, arguments []any) {
	others, leftOut := butThose(q.LeftOut)
	conditions, values := conditionsOf(q)
	from = "(SELECT recorded_at AS first" + renamed(union(columns, chosenBy(q))) +
		" FROM decisions FINAL WHERE site = ? AND recorded_at >= ? AND recorded_at < ?" + others + ") WHERE 1" + conditions
	return from, slices.Concat([]any{q.Site, q.From.UnixMicro(), q.To.UnixMicro()}, leftOut, values)
}
