package httpapi

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"assent/schemas"
	"assent/server/internal/archive"
)

// archives write what a site recorded in a period with proofs, for somebody who does not trust this server.
type archives struct {
	source      archive.Source // Without a log where none is kept.
	exports     *exports
	processings *processings
}

const (
	zipFormat = "zip"
	mediaZip  = "application/zip"
)

var errLogChanged = newProblem(http.StatusConflict, "log-changed", "The log does not vouch for this",
	"A decision or notice of these days is not what was entered into the log of decisions, so that nothing can be proved. Run assent verify where the server runs: it names the first that was changed.")

func (a *archives) write(c echo.Context) error {
	isFile(c, "archive")
	if a.source.Log == nil {
		return errNoLog
	}
	found, err := a.processings.catalog.Site(c.Param("site"))
	if err != nil {
		return err
	}
	if format := c.QueryParam("format"); format != zipFormat {
		return badQuery("format", fmt.Sprintf("%q is not zip", format))
	}
	if found.Demo {
		return badQuery("site", "is made up, and no log has its decisions: there is nothing to prove")
	}
	now := a.exports.now()
	from, to, err := daysOf(found, c.QueryParams())
	if err != nil {
		return err
	}
	if to.IsZero() || to.After(now) {
		to = now
	}
	record, err := a.processings.of(c)
	if err != nil {
		return err
	}
	attach(c, "archive", zipFormat, 0, now)
	c.Response().Header().Del(headerRows) // Nobody has counted them.
	return a.exports.send(c, mediaZip, func(file io.Writer) error { return a.fill(c, file, found, from, to, record) })
}

func (a *archives) fill(c echo.Context, file io.Writer, of schemas.Site, from, to time.Time, record schemas.Processing) error {
	_, err := archive.Write(c.Request().Context(), file, a.source, archive.Wanted{Site: of, From: from, To: to, MadeAt: a.exports.now(), Processing: record})
	if errors.Is(err, archive.ErrChanged) {
		a.exports.log.ErrorContext(c.Request().Context(), "an archive was refused: what is kept is not what was entered into the log of decisions; run assent verify", "site", of.ID, "error", err)
		return errLogChanged
	}
	return err
}
