package httpapi

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	"golang.org/x/text/language"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/evidence"
	"assent/server/internal/receiptpage"
	"assent/server/internal/reporting"
	"assent/server/internal/site"
	"assent/server/internal/snippetbuild"
)

const (
	// keysAddress is where everybody finds the keys that receipts are signed with.
	keysAddress = "/.well-known/assent-keys.json"

	mediaKeys = "application/jwk-set+json" // RFC 7517, 8.5.
	mediaJWS  = "application/jose"

	mediaLinkedData = "application/ld+json"
)

// Formats of a receipt.
const (
	formatJSON       = "json"
	formatJWS        = "jws"
	formatLinkedData = "json-ld"
	formatKantara    = "kantara"
)

var receiptFormats = []string{formatJSON, formatJWS, formatLinkedData, formatKantara}

var (
	errNoReceipt = newProblem(http.StatusNotFound, "no-receipt", "No such receipt",
		"No decision with this id is in the audit trail. A decision gets there within seconds of being recorded; check the id, or try again shortly. One that was erased is not there either.")
	errReceiptFormat = newProblem(http.StatusUnprocessableEntity, "format", "Unknown format",
		"A receipt is written as json, jws, json-ld or kantara.")
)

// receipts answers the signed copies of decisions.
type receipts struct {
	query    reporting.Query
	catalog  *site.Catalog
	editions snippetbuild.Editions
	keys     *evidence.Keyring
	issuer   string // This server's address, if it was told.
}

// receipt answers the decision behind a receipt's address. The id was made at random by the visitor's browser, and
// whoever has it was given it.
func (r *receipts) receipt(c echo.Context) error {
	format, err := receiptFormat(c)
	if err != nil {
		return err
	}
	statement, err := r.find(c.Request().Context(), c.Param("id"))
	if err != nil {
		return err
	}
	signed, err := r.keys.Sign(statement)
	if err != nil {
		return err
	}
	header := c.Response().Header()
	header.Set(echo.HeaderCacheControl, "no-store")
	header.Add(echo.HeaderVary, echo.HeaderAccept)
	switch format {
	case formatJWS:
		return c.Blob(http.StatusOK, mediaJWS, []byte(signed))
	case formatLinkedData:
		return answerJSON(c, mediaLinkedData, evidence.LinkedData(statement))
	case formatKantara:
		return answerJSON(c, echo.MIMEApplicationJSON, evidence.Kantara(statement))
	default:
		answer := statement.Decision
		answer.Jws = signed
		return c.JSON(http.StatusOK, answer)
	}
}

func answerJSON(c echo.Context, mediaType string, document any) error {
	text, err := json.Marshal(document)
	if err != nil {
		return fmt.Errorf("encode receipt: %w", err)
	}
	return c.Blob(http.StatusOK, mediaType, text)
}

// receiptFormat is what the query asks for, or else what the client says that it takes.
func receiptFormat(c echo.Context) (string, error) {
	accepted := c.Request().Header.Get(echo.HeaderAccept)
	switch asked := c.QueryParam("format"); {
	case slices.Contains(receiptFormats, asked):
		return asked, nil
	case asked != "":
		return "", errReceiptFormat
	case takes(accepted, mediaJWS):
		return formatJWS, nil
	case takes(accepted, mediaLinkedData):
		return formatLinkedData, nil
	default:
		return formatJSON, nil
	}
}

// takes reports whether an Accept header names a media type; wildcards take JSON, as what names nothing does.
func takes(header, mediaType string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, _, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.TrimSpace(name), mediaType) {
			return true
		}
	}
	return false
}

// find states the decision with an id.
func (r *receipts) find(ctx context.Context, id string) (schemas.Statement, error) {
	records, err := r.query.Find(ctx, id)
	if err != nil {
		return schemas.Statement{}, err
	}
	if len(records) == 0 {
		return schemas.Statement{}, errNoReceipt
	}
	return r.state(ctx, earliest(records))
}

// state says what a decision stands for, with what its visitor had before them as far as that is known.
func (r *receipts) state(ctx context.Context, record consent.Record) (schemas.Statement, error) {
	notice, err := r.catalog.Notice(ctx, record.Site, record.Notice)
	if err != nil && !errors.Is(err, consent.ErrNotFound) {
		return schemas.Statement{}, err
	}
	script, err := r.editions.At(ctx, snippetbuild.Edition{Site: record.Site, Notice: record.Notice, Regime: record.Regime}, record.RecordedAt)
	if err != nil && !errors.Is(err, consent.ErrNotFound) {
		return schemas.Statement{}, err
	}
	return evidence.State(record, evidence.Shown{Notice: notice, Script: script}, r.issuer), nil
}

// page shows a receipt to whoever has its address. It runs nothing and loads nothing.
func (r *receipts) page(c echo.Context) error {
	wanted, _, err := language.ParseAcceptLanguage(c.Request().Header.Get("Accept-Language"))
	if err != nil {
		wanted = nil // Nothing that can be understood is wanted.
	}
	nonce := rand.Text()
	header := c.Response().Header()
	header.Set(echo.HeaderContentSecurityPolicy, "default-src 'none'; style-src 'nonce-"+nonce+"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	header.Set(echo.HeaderCacheControl, "private, no-cache")
	header.Set("X-Robots-Tag", "noindex, nofollow")
	header.Add(echo.HeaderVary, "Accept-Language")
	var text bytes.Buffer
	status := http.StatusOK
	statement, err := r.find(c.Request().Context(), c.Param("id"))
	switch {
	case errors.Is(err, errNoReceipt):
		status, err = http.StatusNotFound, receiptpage.WriteMissing(&text, wanted, nonce)
	case err == nil:
		err = r.write(c, &text, statement, wanted, nonce)
	}
	if err != nil {
		return err
	}
	return c.HTMLBlob(status, text.Bytes())
}

// write signs the statement and holds the signature against the published keys before the page says that it holds.
func (r *receipts) write(c echo.Context, text *bytes.Buffer, statement schemas.Statement, wanted []language.Tag, nonce string) error {
	origin, err := ownOrigin(c, r.issuer)
	if err != nil {
		return err
	}
	signed, err := r.keys.Sign(statement)
	if err != nil {
		return err
	}
	keys, err := evidence.ReadPublished(r.keys.Published())
	if err != nil {
		return err
	}
	verified, err := keys.Verify(signed)
	if err != nil {
		return err
	}
	return receiptpage.Receipt{Statement: verified.Statement, Key: verified.KeyID, Keys: ".." + keysAddress, Nonce: nonce,
		Address: origin + "/receipts/" + statement.Jti}.Write(text, wanted)
}

// published answers the keys. Verifiers meet a new key at the latest when they ask again.
func (r *receipts) published(c echo.Context) error {
	header := c.Response().Header()
	header.Set(echo.HeaderAccessControlAllowOrigin, "*")
	header.Set(echo.HeaderCacheControl, "public, max-age=60")
	return c.Blob(http.StatusOK, mediaKeys, r.keys.Published())
}

// earliest is the decision that an id stands for. Of several with one id, the one recorded first is meant: nobody can have
// known the id before.
func earliest(records []consent.Record) consent.Record {
	return slices.MinFunc(records, func(a, b consent.Record) int {
		if a.Before(b) {
			return -1
		}
		return 1
	})
}
