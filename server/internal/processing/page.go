package processing

import (
	_ "embed"
	"html/template"
	"io"
	"slices"

	"assent/schemas"
	"assent/server/internal/transfer"
)

//go:embed page.html
var source string

var page = template.Must(template.New("processing").Parse(source))

// view is what the template reads.
type view struct {
	words
	Record    schemas.Processing
	Transfers []schemas.Activity
	Findings  []schemas.Activity
}

// WritePage writes the record as a page to be printed.
func WritePage(to io.Writer, r schemas.Processing) error {
	return page.Execute(to, view{words: wordsIn(r.Language), Record: r,
		Transfers: without(r.Activities, func(a schemas.Activity) bool { return a.Area == "" || a.Area == transfer.EEA }),
		Findings:  without(r.Activities, func(a schemas.Activity) bool { return a.Wrong == "" })})
}

func without(all []schemas.Activity, leave func(schemas.Activity) bool) []schemas.Activity {
	return slices.DeleteFunc(slices.Clone(all), leave)
}

// Columns are the names of the record's.
func (view) Columns() []string {
	return []string{"service", "purpose", "data", "recipient", "country", "period", "reviewed"}
}

// TransferColumns are the names of the transfers'.
func (view) TransferColumns() []string {
	return []string{"service", "recipient", "country", "ground", "safeguard", "remark"}
}
