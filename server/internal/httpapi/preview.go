package httpapi

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/text/language"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/daykey"
	"assent/server/internal/site"
	"assent/server/internal/snippetbuild"
)

const (
	// previewLifetime is how long the address of a preview works.
	previewLifetime = time.Hour
	// previewsKept is how many scripts of previews are remembered, for the requests that follow the page's own.
	previewsKept = 32
)

//go:embed preview.html
var previewSource string

var previewPage = template.Must(template.New("preview").Parse(previewSource))

// previews shows notices with the script that visitors get, in a page that can do nothing else: it has an origin of its
// own (sandbox), connects to nothing, and therefore records nothing. Such a page sends no cookie, so its address holds
// what it may show, signed.
type previews struct {
	publisher site.Publisher
	catalog   *site.Catalog
	library   *snippetbuild.Library
	keys      *daykey.Ring
	now       func() time.Time

	mu    sync.Mutex
	built map[string]snippetbuild.Script // By token.
	order []string                       // Tokens, oldest first.
}

// shown is what a preview's address tells.
type shown struct {
	Site     string
	Notice   string // Id of a published one; empty for the draft,
	Revision int    // of this revision.
	Script   string `json:",omitempty"` // Hash of the one that visitors were given; empty to make it of the notice.
	Glance   snippetbuild.Glance
	Issued   time.Time
}

// open answers the address of a preview, once there is something to see.
func (p *previews) open(c echo.Context) error {
	ctx := c.Request().Context()
	what := shown{Site: c.Param("site"), Notice: c.QueryParam("notice"), Issued: p.issue(), Glance: snippetbuild.Glance{
		Regime: oneOf(c.QueryParam("regime"), consent.OptIn, consent.OptOut, consent.NoticeOnly, consent.ChildDirected), Language: c.QueryParam("language"), Scheme: oneOf(c.QueryParam("scheme"), "light", "dark")}}
	if what.Notice == "" {
		review, err := p.publisher.Review(ctx, what.Site)
		if err != nil {
			return err
		}
		what.Revision = review.Draft.Revision
	}
	address, err := p.address(ctx, what)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, schemas.Preview{Address: address})
}

// address is where that can be looked at. There is none where there is nothing to see.
func (p *previews) address(ctx context.Context, what shown) (string, error) {
	token, err := p.seal(ctx, what)
	if err != nil {
		return "", err
	}
	if _, err := p.script(ctx, token, what); err != nil {
		return "", err
	}
	return "/preview/" + token + "/", nil
}

// issue is the time in an address. Within a minute the same look has the same one.
func (p *previews) issue() time.Time { return p.now().UTC().Truncate(time.Minute) }

// oneOf is text where that is known, else empty.
func oneOf(text string, known ...string) string {
	if slices.Contains(known, text) {
		return text
	}
	return ""
}

// page answers the page around the notice.
func (p *previews) page(c echo.Context) error {
	what, err := p.unseal(c.Request().Context(), c.Param("token"))
	if err != nil {
		return err
	}
	script, err := p.script(c.Request().Context(), c.Param("token"), what)
	if err != nil {
		return err
	}
	notice, err := p.notice(c.Request().Context(), what)
	if err != nil {
		return err
	}
	nonce := rand.Text()
	header := c.Response().Header()
	header.Set(echo.HeaderContentSecurityPolicy, "sandbox allow-scripts; default-src 'none'; script-src 'nonce-"+nonce+"' 'strict-dynamic'; style-src 'nonce-"+nonce+"'; "+
		"base-uri 'none'; form-action 'none'; frame-ancestors 'self'; require-trusted-types-for 'script'; trusted-types assent")
	header.Set(echo.HeaderCacheControl, "no-store")
	header.Set(echo.HeaderContentType, echo.MIMETextHTMLCharsetUTF8)
	tag := snippetbuild.Inlined(notice, what.Glance.Language)
	written, _ := language.Make(tag).Script()
	return previewPage.Execute(c.Response(), map[string]any{
		"Language": tag, "RightToLeft": strings.Contains("Arab Hebr Syrc Thaa", written.String()), "Scheme": what.Glance.Scheme,
		"Nonce": nonce, "Script": fmt.Sprintf("s/%s/%s.js", what.Site, script.Hash), "Texts": fetched(script, tag),
	})
}

// fetched is what the script asks the server for in a language that is not inside it. The page answers instead.
func fetched(script snippetbuild.Script, tag string) map[string]json.RawMessage {
	if texts, ok := script.Languages[tag]; ok {
		return map[string]json.RawMessage{"/" + script.Hash + "/" + tag + ".json": texts}
	}
	return nil
}

// file answers the script, and what it fetches.
func (p *previews) file(c echo.Context) error {
	what, err := p.unseal(c.Request().Context(), c.Param("token"))
	if err != nil {
		return err
	}
	script, err := p.script(c.Request().Context(), c.Param("token"), what)
	if err != nil {
		return err
	}
	crossOrigin(c, "private, no-store")
	name, isScript := strings.CutSuffix(c.Param("file"), ".js")
	part, isPart := script.Parts[name]
	switch {
	case isScript && c.Param("hash") == "" && name == script.Hash:
		return newAsset(scriptType, script.Identity, script.Brotli, script.Gzip).serve(c)
	case isScript && c.Param("hash") == script.Hash && isPart:
		return newAsset(scriptType, part.Identity, part.Brotli, part.Gzip).serve(c)
	}
	return echo.ErrNotFound
}

// notice is the complete one that a preview shows. A draft of another revision is none.
func (p *previews) notice(ctx context.Context, what shown) (schemas.Notice, error) {
	if what.Notice != "" {
		published, err := p.catalog.Notice(ctx, what.Site, what.Notice)
		if err != nil {
			return schemas.Notice{}, err
		}
		return *published, nil
	}
	review, err := p.publisher.Review(ctx, what.Site)
	if err != nil {
		return schemas.Notice{}, err
	}
	if review.Draft.Revision != what.Revision {
		return schemas.Notice{}, consent.ErrNotFound
	}
	return site.Complete(review.Draft.Notice, p.publisher.Texts)
}

// script builds what a preview runs, once for the requests of a page.
func (p *previews) script(ctx context.Context, token string, what shown) (snippetbuild.Script, error) {
	p.mu.Lock()
	known, ok := p.built[token]
	p.mu.Unlock()
	if ok {
		return known, nil
	}
	made, err := p.take(ctx, what)
	if err != nil {
		return snippetbuild.Script{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.order) == previewsKept {
		delete(p.built, p.order[0])
		p.order = p.order[1:]
	}
	p.built[token], p.order = made, append(p.order, token)
	return made, nil
}

// take returns the script that visitors were given, or makes one of the notice.
func (p *previews) take(ctx context.Context, what shown) (snippetbuild.Script, error) {
	if what.Script != "" {
		return p.library.Pinned(ctx, what.Site, what.Script)
	}
	notice, err := p.notice(ctx, what)
	if err != nil {
		return snippetbuild.Script{}, err
	}
	return snippetbuild.Preview(snippetbuild.Input{Site: what.Site, Notice: notice, NoticeID: what.Notice}, what.Glance)
}

// seal writes what a preview shows in its address, so that any server of a deployment can show it.
func (p *previews) seal(ctx context.Context, what shown) (string, error) {
	key, err := p.keys.Key(ctx, what.Issued)
	if err != nil {
		return "", err
	}
	claims, err := json.Marshal(what)
	if err != nil {
		return "", fmt.Errorf("encode preview: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(append(sum(key, claims), claims...)), nil
}

func sum(key, claims []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("assent/preview"))
	mac.Write(claims)
	return mac.Sum(nil)
}

func (p *previews) unseal(ctx context.Context, token string) (shown, error) {
	var what shown
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) < sha256.Size || json.Unmarshal(raw[sha256.Size:], &what) != nil {
		return what, consent.ErrNotFound
	}
	// Before the key is asked for, so that nobody can ask for those of all days.
	if age := p.now().Sub(what.Issued); age < -previewLifetime || age > previewLifetime {
		return what, consent.ErrNotFound
	}
	key, err := p.keys.Key(ctx, what.Issued)
	if err != nil {
		return what, err
	}
	if !hmac.Equal(raw[:sha256.Size], sum(key, raw[sha256.Size:])) {
		return what, consent.ErrNotFound
	}
	return what, nil
}
