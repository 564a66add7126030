package httpapi

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"assent/server/internal/consent"
	"assent/server/internal/policy"
	"assent/server/internal/site"
	"assent/server/internal/transfer"
)

var (
	errNonce = newProblem(http.StatusUnprocessableEntity, "nonce", "The nonce cannot be written",
		"A nonce has 8 to 128 letters, digits, +, /, - or _, and at most two = at its end. Leave it out for a placeholder.")
	errFormat = newProblem(http.StatusUnprocessableEntity, "format", "Unknown format",
		"Rules are written for nginx, caddy and worker, and the header as text. Leave format out for JSON.")
	errHost = newProblem(http.StatusBadRequest, "host", "This server's own address cannot be read",
		"The header has to name this server's origin. Send the Host header that visitors' browsers send, or set --public-url.")
)

// hostHeader is what this server may be called, so that nothing else gets into a header or a configuration.
var hostHeader = regexp.MustCompile(`^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?$`)

// policies answers which third parties a page may load.
type policies struct {
	catalog   *site.Catalog
	publicURL string
	adequate  transfer.List
	now       func() time.Time
}

// computed is the JSON answer.
type computed struct {
	Header  string   `json:"header"`
	Value   string   `json:"value"`
	Granted []string `json:"granted"`
	LeftOut []string `json:"leftOut"`
}

// header answers the response header for the choice that the query or the request's own cookie tells, or ready rules
// that choose it without asking this server.
func (p *policies) header(c echo.Context) error {
	nonce := cmp.Or(c.QueryParam("nonce"), policy.Placeholder)
	if !policy.IsNonce(nonce) {
		return errNonce
	}
	rules, err := p.rules(c)
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	choice := choiceOf(c, rules, p.now())
	format := c.QueryParam("format")
	switch mediaType, known := policy.Formats[format]; {
	case format == "":
		return c.JSON(http.StatusOK, computed{Header: policy.Header, Value: rules.Value(choice, nonce),
			Granted: rules.Granted(choice), LeftOut: append([]string{}, rules.LeftOut...)})
	case !known:
		return errFormat
	case format == "text":
		return c.Blob(http.StatusOK, mediaType, []byte(policy.Header+": "+rules.Value(choice, nonce)+"\n"))
	default:
		text, err := rules.Write(format, c.Param("site"), nonce)
		if err != nil {
			return err
		}
		return c.Blob(http.StatusOK, mediaType, []byte(text))
	}
}

func (p *policies) rules(c echo.Context) (policy.Rules, error) {
	_, notice, err := p.catalog.Current(c.Request().Context(), c.Param("site"))
	if errors.Is(err, consent.ErrNotFound) {
		return policy.Rules{}, errUnknownSite
	}
	if err != nil {
		return policy.Rules{}, err
	}
	own, err := ownOrigin(c, p.publicURL)
	if err != nil {
		return policy.Rules{}, err
	}
	return policy.Compile(notice, own, p.adequate.Suspended(notice, p.now())...)
}

// ownOrigin is this server's, as visitors' browsers know it: the public one, if it was told, or else where the request came.
func ownOrigin(c echo.Context, publicURL string) (string, error) {
	scheme, host := "http", c.Request().Host
	if isSecure(c) {
		scheme = "https"
	}
	if public, err := url.Parse(publicURL); err == nil && public.Host != "" {
		scheme, host = public.Scheme, public.Host
	}
	if !hostHeader.MatchString(host) {
		return "", errHost
	}
	return scheme + "://" + strings.ToLower(host), nil
}

// choiceOf prefers what the query says to the cookies that came along.
func choiceOf(c echo.Context, rules policy.Rules, now time.Time) policy.Choice {
	query := c.QueryParams()
	switch {
	case query.Has("grant"):
		return policy.Granted(strings.Split(query.Get("grant"), ",")...)
	case query.Has("choice"):
		return rules.Read(query["choice"], now)
	}
	return rules.Read(policy.Cookies(c.Request().Header.Values("Cookie")), now)
}
