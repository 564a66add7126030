package httpapi

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"assent/schemas"
	"assent/server/internal/importing"
	"assent/server/internal/site"
)

// importLimit is the most that an order to import may have: two files, and what JSON adds to them.
const importLimit = 12 << 20

// importsAtOnce bounds what reading files takes of a server's memory.
const importsAtOnce = 2

var (
	errImportTooLarge = newProblem(http.StatusRequestEntityTooLarge, "too-large", "The files are too large",
		"A set-up's file and a list of cookies may have 5 MiB each. Send the set-up alone, without what surrounds it.")
	errImportBusy = newProblem(http.StatusServiceUnavailable, "busy", "Other files are being read",
		fmt.Sprintf("At most %d files are read at once. Try again after the time that Retry-After gives.", importsAtOnce)).retryable()
)

// imports makes drafts of other tools' set-ups.
type imports struct {
	catalog *site.Catalog
	texts   site.Texts
	running chan struct{}
}

// read answers what was taken from a file. Nothing is stored: whoever asked puts it into the draft, or does not.
func (i *imports) read(c echo.Context) error {
	if _, err := i.catalog.Site(c.Param("site")); err != nil {
		return err
	}
	select {
	case i.running <- struct{}{}:
		defer func() { <-i.running }()
	default:
		return errImportBusy
	}
	body, err := readUpTo(c, importLimit)
	if errors.Is(err, errTooLarge) {
		return errImportTooLarge
	}
	if err != nil {
		return err
	}
	var order schemas.ImportOrder
	if err := decodeStrict(body, &order); err != nil {
		return errMalformed
	}
	result, err := importing.Read(importing.Input{File: []byte(order.File), Kind: order.Kind, Cookies: []byte(order.Cookies), BuiltIn: i.texts})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, result)
}
