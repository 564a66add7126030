package httpapi

import (
	"net"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"assent/schemas"
	"assent/server/internal/consent"
)

var errUntold = newProblem(http.StatusConflict, "visitors-untold", "Visitors cannot be told apart",
	"Requests come through a proxy that this server does not know, so that every visitor has the proxy's address. Name its network with --trusted-proxy, then start the experiment.")

// start shows the draft of the revision that If-Match names, or earlier notices, to a share of the visitors.
func (n *notices) start(c echo.Context) error {
	var order schemas.ExperimentOrder
	if err := readJSON(c, &order); err != nil {
		return err
	}
	if isUnnamed(c) {
		return errUntold
	}
	revision := 0
	if slices.ContainsFunc(order.Variants, func(v schemas.VariantOrder) bool { return v.Notice == "" }) {
		var err error
		if revision, err = revisionOf(c); err != nil {
			return err
		}
	}
	changed, err := n.publisher.StartExperiment(c.Request().Context(), c.Param("site"), order, revision, userOf(c).Email)
	return n.changed(c, http.StatusCreated, changed, err)
}

// isUnnamed reports whether the peer is a proxy that was not named.
func isUnnamed(c echo.Context) bool {
	peer, _, err := net.SplitHostPort(c.Request().RemoteAddr)
	return err == nil && c.Request().Header.Get(echo.HeaderXForwardedFor) != "" && peer == c.RealIP()
}

// end shows everybody the published notice again.
func (n *notices) end(c echo.Context) error {
	changed, err := n.publisher.EndExperiment(c.Request().Context(), c.Param("site"), c.Param("experiment"), userOf(c).Email)
	return n.changed(c, http.StatusOK, changed, err)
}

// adopt publishes a variant, which ends its experiment.
func (n *notices) adopt(c echo.Context) error {
	var which schemas.Adoption
	if err := readJSON(c, &which); err != nil {
		return err
	}
	changed, err := n.publisher.Adopt(c.Request().Context(), c.Param("site"), c.Param("experiment"), which.Notice, userOf(c).Email)
	return n.changed(c, http.StatusCreated, changed, err)
}

// changed makes this server know what was stored before it says so.
func (n *notices) changed(c echo.Context, status int, stored schemas.Site, err error) error {
	if err != nil {
		return stale(err)
	}
	if err := n.catalog.Refresh(c.Request().Context()); err != nil {
		return err
	}
	return c.JSON(status, stored)
}

// experiment answers what visitors of an experiment did so far.
func (a *admin) experiment(c echo.Context) error {
	found, err := a.catalog.Site(c.Param("site"))
	if err != nil {
		return err
	}
	i := slices.IndexFunc(found.Experiments, func(e schemas.Experiment) bool { return e.ID == c.Param("experiment") })
	if i < 0 {
		return consent.ErrNotFound
	}
	report, err := a.rater.Experiment(c.Request().Context(), found.ID, found.Experiments[i], a.now())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, report)
}
