package httpapi

import (
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"assent/server/internal/witnessing"
)

// witness cosigns the checkpoints of other deployments (C2SP tlog-witness).
type witness struct{ witness *witnessing.Witness }

var (
	errNoWitness   = newProblem(http.StatusNotFound, "no-witness", "No log is witnessed", "This deployment is no witness: it was started without --witness-of.")
	errUnwitnessed = newProblem(http.StatusNotFound, "unknown-log", "The log is not known", "Start this deployment with --witness-of and the key that the log's /log/key answers.")
	errUnsigned    = newProblem(http.StatusForbidden, "not-signed", "The checkpoint is not signed", "The key that is known here under the log's name has not signed it.")
	errNoProof     = newProblem(http.StatusUnprocessableEntity, "no-proof", "The proof does not hold", "Send the hashes of RFC 6962, 2.1.2, from the size in the first line to that of the checkpoint; none from 0 or to the same size.")
	errAddition    = newProblem(http.StatusBadRequest, "malformed", "The body cannot be read",
		"Send a line \"old SIZE\", at most 63 lines of hashes in base64, an empty line, and a checkpoint of at least that size.")
	errLongAddition = newProblem(http.StatusRequestEntityTooLarge, "too-large", "The body is too large", "A body may have 8192 bytes: send the checkpoint with the log's own signature only.")
)

// kept answers both routes where nothing is witnessed.
func (w *witness) kept(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if w.witness == nil {
			return errNoWitness
		}
		return next(c)
	}
}

func (w *witness) key(c echo.Context) error {
	c.Response().Header().Set(echo.HeaderCacheControl, forAMoment)
	return c.String(http.StatusOK, w.witness.Public()+"\n")
}

func (w *witness) add(c echo.Context) error {
	body, err := io.ReadAll(http.MaxBytesReader(c.Response(), c.Request().Body, bodyLimit))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return errLongAddition
	}
	if err != nil {
		return errCutShort
	}
	cosignature, err := w.witness.Add(c.Request().Context(), string(body))
	var conflict *witnessing.ConflictError
	switch {
	case errors.Is(err, witnessing.ErrMalformed):
		return errAddition
	case errors.Is(err, witnessing.ErrUnknownLog):
		return errUnwitnessed
	case errors.Is(err, witnessing.ErrSignature):
		return errUnsigned
	case errors.Is(err, witnessing.ErrProof):
		return errNoProof
	case errors.As(err, &conflict):
		return c.Blob(http.StatusConflict, "text/x.tlog.size", []byte(strconv.FormatInt(conflict.Size, 10)+"\n"))
	case err != nil:
		return err
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.String(http.StatusOK, cosignature)
}
