package httpapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/exporting"
	"assent/server/internal/processing"
	"assent/server/internal/reviewing"
	"assent/server/internal/site"
)

// processings tell what a site's notice says of processing and of transfers.
type processings struct {
	publisher site.Publisher
	catalog   *site.Catalog
	reviews   reviewing.Desk
	now       func() time.Time
}

// record answers the record of processing of the notice that is published, or of the version that the query names.
func (p *processings) record(c echo.Context) error {
	record, err := p.of(c)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, record)
}

func (p *processings) of(c echo.Context) (schemas.Processing, error) {
	lang, err := languageOf(c)
	if err != nil {
		return schemas.Processing{}, err
	}
	found, err := p.catalog.Site(c.Param("site"))
	if err != nil {
		return schemas.Processing{}, err
	}
	published := processing.Published{Site: found, ID: found.Notice}
	if asked := c.QueryParam("notice"); asked != "" {
		published.ID = asked
	}
	ctx := c.Request().Context()
	notice, err := p.catalog.Notice(ctx, found.ID, published.ID)
	if err != nil {
		return schemas.Processing{}, err
	}
	published.Notice = *notice
	if published.At, err = p.publisher.PublishedAt(ctx, found, published.ID); err != nil {
		return schemas.Processing{}, err
	}
	if published.Reviewed, err = reviewing.LastAnswered(ctx, p.reviews.Register, found.ID); err != nil {
		return schemas.Processing{}, err
	}
	return processing.Record(published, p.publisher.Adequate, lang, p.now()), nil
}

func languageOf(c echo.Context) (string, error) {
	lang := c.QueryParam("language")
	if lang == "" {
		return processing.Languages[0], nil
	}
	if !slices.Contains(processing.Languages, lang) {
		return "", &consent.InvalidError{Faults: []schemas.Fault{{Pointer: "/language", Detail: fmt.Sprintf("%q is none of %s", lang, strings.Join(processing.Languages, ", "))}}}
	}
	return lang, nil
}

// file writes the record into a file. It is small enough to be made before it is sent.
func (p *processings) file(c echo.Context) error {
	format := c.QueryParam("format")
	c.Set(concernsKey, strings.TrimSpace("processing "+format))
	record, err := p.of(c)
	if err != nil {
		return err
	}
	var file bytes.Buffer
	var mediaType string
	switch format {
	case "json":
		mediaType = "application/json"
		err = json.NewEncoder(&file).Encode(record)
	case "html":
		mediaType = "text/html; charset=utf-8"
		err = processing.WritePage(&file, record)
	case exporting.CSV:
		mediaType = exporting.MediaType(format)
		err = exporting.All(&file, format, processing.Rows(record))
	default:
		return &consent.InvalidError{Faults: []schemas.Fault{{Pointer: "/format", Detail: fmt.Sprintf("%q is none of csv, json, html", format)}}}
	}
	if err != nil {
		return err
	}
	attach(c, "processing", format, len(record.Activities), p.now())
	return c.Blob(http.StatusOK, mediaType, file.Bytes())
}
