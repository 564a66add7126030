package httpapi

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"assent/server/internal/auditing"
	"assent/server/internal/consent"
	"assent/server/internal/exporting"
	"assent/server/internal/requests"
)

const (
	// exportsAtOnce bounds what readers of files may take from those who look at rates.
	exportsAtOnce = 2
	// stalled is how long a reader of a file may take nothing.
	stalled = 30 * time.Second
	// headerRows tells how many rows there were just before, so that the file's reader sees how far it is.
	headerRows = "Assent-Rows"
)

var errExports = newProblem(http.StatusServiceUnavailable, "busy", "Other files are being written",
	fmt.Sprintf("At most %d files are written at once. Try again after the time that Retry-After gives.", exportsAtOnce)).retryable()

// exports write what is counted and what is on record into files.
type exports struct {
	ledger  auditing.Ledger
	desk    *requests.Desk
	admin   *admin
	running chan struct{}
	now     func() time.Time
	log     *slog.Logger
}

// isExport reports whether a request takes as long as its reader does.
func isExport(c echo.Context) bool { return strings.Contains(c.Path(), "/exports/") }

// bounded is the time that a request has; a file has as long as its reader keeps taking.
func bounded() echo.MiddlewareFunc {
	return middleware.ContextTimeoutWithConfig(middleware.ContextTimeoutConfig{Timeout: requestTimeout, Skipper: isExport})
}

// decisions writes all decisions that a site recorded in a period.
func (x *exports) decisions(c echo.Context) error {
	site, err := x.admin.catalog.Site(c.Param("site"))
	if err != nil {
		return err
	}
	from, to, err := daysOf(site, c.QueryParams())
	if err != nil {
		return err
	}
	if from.IsZero() {
		from = time.Unix(0, 0)
	}
	if to.IsZero() || to.After(x.now()) {
		to = x.now() // What is recorded meanwhile is not in it, so that the number of rows is right.
	}
	ctx := c.Request().Context()
	rows, err := x.ledger.Count(ctx, site.ID, from, to)
	if err != nil {
		return err
	}
	restricted, kept, err := x.restricted(ctx, site.ID, from, to)
	if err != nil {
		return err
	}
	return write(x, c, "decisions", rows-kept, func(sheet exporting.Sheet[exporting.Decision]) error {
		return x.ledger.Each(ctx, site.ID, from, to, func(r consent.Record) error {
			if slices.Contains(restricted, r.Subject) {
				return nil
			}
			return sheet.Write(exporting.DecisionOf(r))
		})
	})
}

// restricted returns the subjects whose decisions are kept and not handed out, and how many decisions of a period that are.
func (x *exports) restricted(ctx context.Context, site string, from, to time.Time) (subjects []string, decisions int, err error) {
	if subjects, err = x.desk.Restricted(ctx, site); err != nil {
		return nil, 0, err
	}
	for _, subject := range subjects {
		records, err := x.desk.Copy(ctx, site, subject)
		if err != nil {
			return nil, 0, err
		}
		for _, r := range records {
			if !r.RecordedAt.Before(from) && r.RecordedAt.Before(to) {
				decisions++
			}
		}
	}
	return subjects, decisions, nil
}

// intervals writes the rates over time, with the parameters of the rates.
func (x *exports) intervals(c echo.Context) error {
	segment, err := x.admin.segment(c, c.QueryParams())
	if err != nil {
		return err
	}
	report, err := x.admin.rater.Rates(c.Request().Context(), segment)
	if err != nil {
		return err
	}
	return write(x, c, "rates", len(report.Intervals), each(report.Intervals, exporting.IntervalOf))
}

// groups writes the rates by the values of one dimension, with the parameters of the breakdown.
func (x *exports) groups(c echo.Context) error {
	segment, err := x.admin.segment(c, c.QueryParams())
	if err != nil {
		return err
	}
	report, err := x.admin.rater.Breakdown(c.Request().Context(), segment, c.QueryParam("by"))
	if err != nil {
		return err
	}
	return write(x, c, "groups", len(report.Groups), each(report.Groups, exporting.GroupOf))
}

func each[R, T any](rows []R, of func(R) T) func(exporting.Sheet[T]) error {
	return func(sheet exporting.Sheet[T]) error {
		for _, row := range rows {
			if err := sheet.Write(of(row)); err != nil {
				return err
			}
		}
		return nil
	}
}

// attach makes the answer a file of so many rows.
func attach(c echo.Context, what, format string, rows int, now time.Time) {
	header := c.Response().Header()
	header.Set(echo.HeaderContentDisposition, fmt.Sprintf(`attachment; filename="assent-%s-%s-%s.%s"`, c.Param("site"), what, now.UTC().Format(time.DateOnly), format))
	header.Set(echo.HeaderCacheControl, "no-store")
	header.Set(headerRows, strconv.Itoa(rows))
}

// isFile notes in the trail what a file is of.
func isFile(c echo.Context, what string) {
	c.Set(concernsKey, strings.Join(strings.Fields(strings.Join([]string{what, c.QueryParam("format"), c.QueryParam("from"), c.QueryParam("to")}, " ")), " "))
}

// write answers with a file of rows.
func write[T any](x *exports, c echo.Context, what string, rows int, fill func(exporting.Sheet[T]) error) error {
	format := c.QueryParam("format")
	isFile(c, what)
	if exporting.MediaType(format) == "" {
		_, err := exporting.New[T](io.Discard, format)
		return err
	}
	attach(c, what, format, rows, x.now())
	return x.send(c, exporting.MediaType(format), func(to io.Writer) error {
		sheet, err := exporting.New[T](to, format)
		if err != nil {
			return err
		}
		if err := fill(sheet); err != nil {
			return err
		}
		return sheet.Close()
	})
}

// send answers with a file. Where it fails in the middle the connection is cut: a file that ends must be whole.
func (x *exports) send(c echo.Context, mediaType string, fill func(io.Writer) error) error {
	header := c.Response().Header()
	header.Set(echo.HeaderContentType, mediaType)
	err := x.inTurn(c, fill)
	switch {
	case err == nil && !c.Response().Committed: // A file without rows and without a line of names.
		return c.NoContent(http.StatusOK)
	case err == nil:
		return nil
	case !c.Response().Committed:
		header.Del(echo.HeaderContentDisposition)
		header.Del(headerRows)
		return err
	default:
		x.log.WarnContext(c.Request().Context(), "a file was not written to its end", "route", c.Path(), "error", err)
		panic(http.ErrAbortHandler)
	}
}

// inTurn writes a file while no more than a few others are written.
func (x *exports) inTurn(c echo.Context, fill func(io.Writer) error) error {
	select {
	case x.running <- struct{}{}:
		defer func() { <-x.running }()
	default:
		return errExports
	}
	steady := &steady{Writer: c.Response(), controller: http.NewResponseController(c.Response())}
	// Otherwise the server would take the request for one that never ends, and its reader for gone.
	if err := steady.controller.SetReadDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	buffered := bufio.NewWriterSize(steady, 64<<10)
	if err := fill(buffered); err != nil {
		return err
	}
	return buffered.Flush()
}

// steady gives each write its own time, in place of the one that the server gives an answer as a whole.
type steady struct {
	io.Writer
	controller *http.ResponseController
}

func (s *steady) Write(some []byte) (int, error) {
	if err := s.controller.SetWriteDeadline(time.Now().Add(stalled)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, err
	}
	return s.Writer.Write(some)
}
