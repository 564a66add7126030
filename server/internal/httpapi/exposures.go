package httpapi

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/exposure"
	"assent/server/internal/site"
	"assent/server/internal/useragent"
)

var errExposureTooLarge = newProblem(http.StatusRequestEntityTooLarge, "too-large", "The body is too large",
	"An exposure may have 3072 bytes: the id of the notice, the event, and where it was shown.")

// Exposures are what pages tell of their notice, and what makes a visitor count once a day.
type Exposures struct {
	Counter *exposure.Counter
	Marker  *exposure.Marker
}

// exposures takes what pages tell of their notice. It is counted, and nothing is kept of who told it.
type exposures struct {
	Exposures
	catalog *site.Catalog
	signer  *exposure.Signer
	regions Regions
	told    *prometheus.CounterVec
	now     func() time.Time
	log     *slog.Logger
}

func countExposures(registry prometheus.Registerer) *prometheus.CounterVec {
	told := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "assent_exposures_total", Help: "What pages told of their notice, by event.",
	}, []string{"event"})
	registry.MustRegister(told)
	return told
}

// count answers the event shown with the token that the decision brings back.
func (e *exposures) count(c echo.Context) error {
	body, err := readBody(c)
	if err != nil {
		return err
	}
	if len(body) > exposure.MaxBody {
		return errExposureTooLarge
	}
	told, err := exposure.Decode(body)
	var invalid *consent.InvalidError
	if errors.As(err, &invalid) {
		return newProblem(http.StatusBadRequest, "malformed", "The exposure cannot be read", invalid.Error(), invalid.Faults...)
	}
	if err != nil {
		return err
	}
	e.told.WithLabelValues(told.Event).Inc()
	ctx := c.Request().Context()
	if err := e.add(ctx, c, told); err != nil {
		// A number less; the visitor's decision is worth more.
		e.log.WarnContext(ctx, "exposure not counted", "error", err)
	}
	if told.Event != exposure.Shown {
		return c.NoContent(http.StatusNoContent)
	}
	token, err := e.signer.Token(ctx, c.Param("site"), told.Notice, told.Layer)
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.JSON(http.StatusOK, schemas.Shown{Shown: token})
}

// add counts an exposure of a notice of the site. What pages say of themselves is kept as far as the notice knows it: anybody
// can make up names.
func (e *exposures) add(ctx context.Context, c echo.Context, told schemas.Exposure) error {
	siteID, agent, now := c.Param("site"), c.Request().UserAgent(), e.now()
	notice, err := e.catalog.Notice(ctx, siteID, told.Notice)
	if errors.Is(err, consent.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if !slices.Contains(notice.Languages, told.Locale) {
		told.Locale = ""
	}
	key := exposure.Key{Site: siteID, Slot: exposure.SlotOf(now), Event: told.Event, Notice: told.Notice, Locale: told.Locale,
		Regime: cmp.Or(told.Regime, consent.OptIn), Page: consent.PageOf(told.Page, c.Request().Header.Get(echo.HeaderOrigin)), Country: e.regions.country(c)}
	key.Device, key.Browser = useragent.Describe(agent)
	isShown, isPreferences := told.Event == exposure.Shown, told.Layer == exposure.Preferences
	if isPreferences && !isShown || useragent.IsBot(agent) && !isShown {
		return nil // What became of a second look says nothing of how many were asked.
	}
	if useragent.IsBot(agent) {
		key.Event = exposure.Program
		e.Counter.Add(key, nil)
		return nil
	}
	if isPreferences {
		key.Event = exposure.Opened
	}
	mark, err := e.Marker.Mark(ctx, now, siteID, key.Event, c.RealIP(), agent)
	if err != nil {
		return err
	}
	e.Counter.Add(key, &mark)
	return nil
}
