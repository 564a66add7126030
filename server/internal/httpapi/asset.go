package httpapi

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
)

// asset is a file that was compressed when it was built.
type asset struct {
	contentType string
	tag         string // Names the content; the ETag adds the encoding.
	plain       []byte
	brotli      []byte // Empty where there is none.
	gzip        []byte
}

func newAsset(contentType string, plain, brotli, gzip []byte) asset {
	sum := sha256.Sum256(plain)
	tag := base64.RawURLEncoding.EncodeToString(sum[:12])
	return asset{contentType: contentType, tag: tag, plain: plain, brotli: brotli, gzip: gzip}
}

// serve answers in the best encoding that the client takes, or 304. The caller sets Cache-Control.
func (a asset) serve(c echo.Context) error {
	header := c.Response().Header()
	header.Add(echo.HeaderVary, echo.HeaderAcceptEncoding)
	body, encoding := a.encoded(c.Request().Header.Get(echo.HeaderAcceptEncoding))
	tag := `"` + a.tag + `"`
	if encoding != "" {
		header.Set(echo.HeaderContentEncoding, encoding)
		tag = `"` + a.tag + "-" + encoding + `"` // A strong tag names the encoded bytes (RFC 9110, 8.8.3.3).
	}
	header.Set("ETag", tag)
	header.Set(echo.HeaderXContentTypeOptions, "nosniff")
	if matches(c.Request().Header.Get("If-None-Match"), tag) {
		header.Del(echo.HeaderContentEncoding)
		return c.NoContent(http.StatusNotModified)
	}
	header.Set(echo.HeaderContentLength, strconv.Itoa(len(body)))
	return c.Blob(http.StatusOK, a.contentType, body)
}

func (a asset) encoded(accepted string) ([]byte, string) {
	switch {
	case len(a.brotli) > 0 && accepts(accepted, "br"):
		return a.brotli, "br"
	case len(a.gzip) > 0 && accepts(accepted, "gzip"):
		return a.gzip, "gzip"
	default:
		return a.plain, ""
	}
}

// matches reads If-None-Match (RFC 9110, 13.1.2), which compares weakly: a proxy that compresses makes tags weak.
func matches(header, tag string) bool {
	for part := range strings.SplitSeq(header, ",") {
		if part = strings.TrimSpace(part); part == "*" || strings.TrimPrefix(part, "W/") == tag {
			return true
		}
	}
	return false
}

// accepts reads an Accept-Encoding header (RFC 9110, 12.5.3): a listed coding is accepted unless its weight is zero, or
// cannot be read.
func accepts(header, coding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, parameter, isWeighed := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(name), coding) {
			continue
		}
		weight, err := strconv.ParseFloat(strings.TrimPrefix(strings.ToLower(strings.TrimSpace(parameter)), "q="), 64)
		return !isWeighed || err == nil && weight > 0
	}
	return false
}
