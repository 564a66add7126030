package httpapi

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/exposure"
)

var errExposureTooLarge = newProblem(http.StatusRequestEntityTooLarge, "too-large", "The body is too large",
	"An exposure may have 1024 bytes: the id of the notice and the event.")

// exposures takes what pages tell of their notice. It is counted, and nothing is kept of who told it.
type exposures struct {
	signer *exposure.Signer
	told   *prometheus.CounterVec
}

func newExposures(signer *exposure.Signer, registry prometheus.Registerer) *exposures {
	e := &exposures{signer: signer, told: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "assent_exposures_total", Help: "What pages told of their notice, by event.",
	}, []string{"event"})}
	registry.MustRegister(e.told)
	return e
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
	if told.Event != exposure.Shown {
		return c.NoContent(http.StatusNoContent)
	}
	token, err := e.signer.Token(c.Request().Context(), c.Param("site"), told.Notice)
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.JSON(http.StatusOK, schemas.Shown{Shown: token})
}
