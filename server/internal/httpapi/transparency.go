package httpapi

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"
	"golang.org/x/mod/sumdb/tlog"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/reporting"
	"assent/server/internal/transparency"
	"assent/server/internal/witnessing"
)

// transcript serves the log of decisions to whoever wants to check it. It holds nothing of a visitor.
type transcript struct {
	log    *transparency.Log // nil where none is kept.
	places transparency.Index
	query  reporting.Query

	recipients witnessing.Recipients
}

var (
	errNoLog    = newProblem(http.StatusNotFound, "no-log", "No log is kept", "This deployment keeps no log of its decisions.")
	errNoTile   = newProblem(http.StatusNotFound, "no-tile", "No such part of the log", "The log is not so long, or this is no address of a tile. See deploy/LOG.md.")
	errLogEmpty = newProblem(http.StatusNotFound, "log-empty", "The log is empty", "Nothing was recorded yet. A decision enters the log within a minute.")
	errNotYet   = newProblem(http.StatusConflict, "not-yet", "Not in the log yet", "The decision is recorded. It enters the log within a minute.")
	errMadeUp   = newProblem(http.StatusNotFound, "made-up", "Never in the log", "The decision is demo data. Nobody made it, and the log takes none of those.")
	errGrowth   = newProblem(http.StatusUnprocessableEntity, "invalid", "The request is not valid", "Give ?from= with a size that the log has had, from 1 on.")
)

const (
	forEver    = "public, max-age=31536000, immutable"
	forAMoment = "public, max-age=5"
)

// kept answers all routes where no log is kept.
func (t *transcript) kept(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if t.log == nil {
			return errNoLog
		}
		return next(c)
	}
}

func (t *transcript) key(c echo.Context) error {
	c.Response().Header().Set(echo.HeaderCacheControl, forAMoment)
	return c.String(http.StatusOK, t.log.Public()+"\n")
}

func (t *transcript) checkpoint(c echo.Context) error {
	checkpoint, _, err := t.log.Tree(c.Request().Context())
	if err != nil {
		return err
	}
	if checkpoint == "" {
		return errLogEmpty
	}
	c.Response().Header().Set(echo.HeaderCacheControl, forAMoment)
	return c.String(http.StatusOK, t.recipients.Cosigned(checkpoint))
}

func (t *transcript) tile(c echo.Context) error {
	level, err := strconv.Atoi(c.Param("level"))
	if err != nil || level < 0 || level > 63 || strconv.Itoa(level) != c.Param("level") {
		return errNoTile
	}
	return t.part(c, func(n int64, width int) ([]byte, error) {
		return t.log.Tile(c.Request().Context(), level, n, width)
	})
}

func (t *transcript) bundle(c echo.Context) error {
	return t.part(c, func(n int64, width int) ([]byte, error) {
		return t.log.Bundle(c.Request().Context(), n, width)
	})
}

func (t *transcript) part(c echo.Context, read func(n int64, width int) ([]byte, error)) error {
	n, width, ok := transparency.ParsePath(c.Param("*"))
	if !ok {
		return errNoTile
	}
	data, err := read(n, width)
	if errors.Is(err, consent.ErrNotFound) {
		return errNoTile
	}
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderCacheControl, forEver)
	return c.Blob(http.StatusOK, echo.MIMEOctetStream, data)
}

// proof shows that the decision of a receipt is in the log.
func (t *transcript) proof(c echo.Context) error {
	records, err := t.query.Find(c.Request().Context(), c.Param("id"))
	if err != nil {
		return err
	}
	if len(records) == 0 {
		return errNoReceipt
	}
	record := earliest(records)
	if slices.Contains(record.Flags, consent.FlagDemo) {
		return errMadeUp
	}
	placed, err := t.places.Placed(c.Request().Context(), record)
	var proof transparency.Proof
	if err == nil {
		proof, err = t.log.Prove(c.Request().Context(), placed)
	}
	if errors.Is(err, transparency.ErrNotYet) {
		return errNotYet
	}
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.JSON(http.StatusOK, schemas.LogProof{Index: int(proof.Index), Salt: hex.EncodeToString(proof.Salt[:]),
		Hashes: hashTexts(proof.Hashes), Checkpoint: proof.Checkpoint, Key: t.log.Public()})
}

// growth shows that an earlier log is the beginning of this one.
func (t *transcript) growth(c echo.Context) error {
	from, err := strconv.ParseInt(c.QueryParam("from"), 10, 64)
	if err != nil {
		return errGrowth
	}
	hashes, checkpoint, err := t.log.ProveGrowth(c.Request().Context(), from)
	if errors.Is(err, transparency.ErrSize) {
		return errGrowth
	}
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderCacheControl, forAMoment)
	return c.JSON(http.StatusOK, schemas.LogGrowth{From: int(from), Hashes: hashTexts(hashes), Checkpoint: checkpoint, Key: t.log.Public()})
}

func hashTexts(hashes []tlog.Hash) []string {
	texts := []string{}
	for _, hash := range hashes {
		texts = append(texts, base64.StdEncoding.EncodeToString(hash[:]))
	}
	return texts
}
