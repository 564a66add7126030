package httpapi

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/snippetbuild"
)

// exhibits show again what the visitor of a decision was shown.
type exhibits struct {
	receipts *receipts
	previews *previews
}

var errNotPublished = newProblem(http.StatusNotFound, "unknown-notice", "The notice is not known",
	"The decision names a notice that this site never published, so nothing can be shown. Refusals are kept all the same.")

// open answers what was shown, and the address where it can be looked at: with the script of then, or else, where that is
// not on record or not kept, with one made of the notice of then.
func (r *exhibits) open(c echo.Context) error {
	ctx := c.Request().Context()
	statement, err := r.find(ctx, c.Param("site"), c.Param("decision"))
	if err != nil {
		return err
	}
	if !statement.Notice.Published {
		return errNotPublished
	}
	decision := statement.Decision
	what := shown{Site: decision.Site, Notice: decision.Notice, Script: statement.Notice.Script.Hash, Issued: r.previews.issue(),
		Glance: snippetbuild.Glance{Regime: decision.Regime, Language: statement.Notice.Language}}
	address, err := r.previews.address(ctx, what)
	if what.Script != "" && errors.Is(err, consent.ErrNotFound) {
		what.Script = ""
		address, err = r.previews.address(ctx, what)
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, schemas.Exhibit{Notice: statement.Notice, RecordedAt: decision.RecordedAt, IsExact: what.Script != "", Address: address})
}

// find states a decision of the site. Those of other sites are none.
func (r *exhibits) find(ctx context.Context, site, id string) (schemas.Statement, error) {
	records, err := r.receipts.query.Find(ctx, id)
	if err != nil {
		return schemas.Statement{}, err
	}
	records = slices.DeleteFunc(records, func(record consent.Record) bool { return record.Site != site })
	if len(records) == 0 {
		return schemas.Statement{}, errNoReceipt
	}
	return r.receipts.state(ctx, earliest(records))
}
