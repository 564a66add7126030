package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

// bodyLimit is the most that any endpoint reads: a decision is a few hundred bytes.
const bodyLimit = 8 << 10

var (
	errTooLarge = newProblem(http.StatusRequestEntityTooLarge, "too-large", "The body is too large",
		"A body may have 8192 bytes. A decision needs a few hundred: send purposes and services only where they were answered.")
	errMediaType = newProblem(http.StatusUnsupportedMediaType, "media-type", "The body's type is not supported",
		"Send JSON in UTF-8, not compressed, as application/json, or as text/plain from navigator.sendBeacon.")
	errCutShort = newProblem(http.StatusBadRequest, "cut-short", "The body did not arrive whole",
		"Send the request again, unchanged.")
	errMalformed = newProblem(http.StatusBadRequest, "malformed", "The body cannot be read",
		"Send one JSON object with the members that openapi.yaml lists for this address, and no others.")
)

// readBody returns the whole body, or the problem with it. Nothing of a body that is too large is kept.
func readBody(c echo.Context) ([]byte, error) { return readUpTo(c, bodyLimit) }

func readUpTo(c echo.Context, limit int64) ([]byte, error) {
	if !isPlainJSON(c.Request().Header) {
		return nil, errMediaType
	}
	if c.Request().ContentLength > limit {
		return nil, errTooLarge
	}
	var body bytes.Buffer
	// With room for the end, which is found by one more read.
	body.Grow(int(max(c.Request().ContentLength, 0)) + bytes.MinRead)
	_, err := body.ReadFrom(http.MaxBytesReader(c.Response(), c.Request().Body, limit))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, errTooLarge
	case err != nil:
		return nil, errCutShort
	}
	return body.Bytes(), nil
}

func isPlainJSON(header http.Header) bool {
	if header.Get(echo.HeaderContentType) == echo.MIMEApplicationJSON && header.Get(echo.HeaderContentEncoding) == "" {
		return true // As the script sends it.
	}
	mediaType, parameters, err := mime.ParseMediaType(header.Get(echo.HeaderContentType))
	if err != nil || mediaType != "application/json" && mediaType != "text/plain" {
		return false
	}
	charset, encoding := parameters["charset"], header.Get(echo.HeaderContentEncoding)
	return (charset == "" || strings.EqualFold(charset, "utf-8")) && (encoding == "" || strings.EqualFold(encoding, "identity"))
}

// readJSON decodes a body into one of the contract's types. Unknown members are refused.
func readJSON(c echo.Context, into any) error {
	body, err := readBody(c)
	if err != nil {
		return err
	}
	if err := decodeStrict(body, into); err != nil {
		return errMalformed
	}
	return nil
}

func decodeStrict(body []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("data after the object")
	}
	return nil
}
