package httpapi

import (
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/labstack/echo/v4"

	"assent/schemas"
)

// The two answers that the server gives most are written by hand: to encode them by reflection took longer than to read
// what they answer. A test holds them to what encoding/json writes.

func appendRecorded(b []byte, r schemas.Recorded) []byte {
	b = appendText(append(b, `{"id":`...), r.ID)
	b = appendText(append(b, `,"subject":`...), r.Subject)
	b = appendTime(append(b, `,"recordedAt":`...), r.RecordedAt)
	b = appendText(append(b, `,"receipt":`...), r.Receipt)
	b = appendChoice(append(b, `,"choice":`...), r.Choice)
	return append(b, '}')
}

func appendCurrent(b []byte, c schemas.Current) []byte {
	b = appendText(append(b, `{"subject":`...), c.Subject)
	b = appendChoice(append(b, `,"choice":`...), c.Choice)
	b = appendTime(append(b, `,"recordedAt":`...), c.RecordedAt)
	return append(b, '}')
}

func appendChoice(b []byte, c schemas.Choice) []byte {
	b = appendAnswers(append(b, `{"purposes":`...), c.Purposes)
	b = appendAnswers(append(b, `,"services":`...), c.Services)
	b = appendText(append(b, `,"action":`...), c.Action)
	b = appendText(append(b, `,"notice":`...), c.Notice)
	b = appendTime(append(b, `,"expiresAt":`...), c.ExpiresAt)
	return append(b, '}')
}

// appendAnswers writes the members in order, so that equal choices are equal bytes and have one ETag.
func appendAnswers(b []byte, answers map[string]bool) []byte {
	b = append(b, '{')
	for i, name := range slices.Sorted(maps.Keys(answers)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendBool(append(appendText(b, name), ':'), answers[name])
	}
	return append(b, '}')
}

func appendText(b []byte, text string) []byte {
	quoted, err := jsontext.AppendQuote(b, text)
	if err != nil { // Broken UTF-8, which is replaced.
		quoted, _ = jsontext.AppendQuote(b, strings.ToValidUTF8(text, "\uFFFD"))
	}
	return quoted
}

func appendTime(b []byte, t time.Time) []byte {
	return append(t.AppendFormat(append(b, '"'), time.RFC3339Nano), '"')
}

// answerRevisable answers with a body that its owner may keep and has to ask for again each time: 304 when it is still
// the same. Nobody else on the way may keep it.
func answerRevisable(c echo.Context, body []byte) error {
	sum := sha256.Sum256(body)
	tag := `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
	header := c.Response().Header()
	header.Set(echo.HeaderCacheControl, "private, no-cache")
	header.Set("ETag", tag)
	if matches(c.Request().Header.Get("If-None-Match"), tag) {
		return c.NoContent(http.StatusNotModified)
	}
	return c.JSONBlob(http.StatusOK, body)
}
