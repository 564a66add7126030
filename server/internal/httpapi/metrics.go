package httpapi

import (
	"errors"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"

	"assent/server/internal/consent"
	"assent/server/internal/recording"
)

// Metrics counts requests and decisions. No label holds anything about a visitor or a site.
type Metrics struct {
	requests  *prometheus.CounterVec
	durations *prometheus.HistogramVec
	decisions *prometheus.CounterVec
}

// NewMetrics registers the metrics.
func NewMetrics(registry prometheus.Registerer) *Metrics {
	m := &Metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "assent_http_requests_total", Help: "Answered requests.",
		}, []string{"route", "method", "status"}),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "assent_http_request_seconds", Help: "Time to answer.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"route"}),
		decisions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "assent_decisions_total", Help: "Decisions by outcome, and by what became of them: recorded, duplicate, conflict, overloaded, failed.",
		}, []string{"outcome", "result"}),
	}
	registry.MustRegister(m.requests, m.durations, m.decisions)
	return m
}

func (m *Metrics) recorded(record consent.Record, outcome recording.Outcome, err error) {
	result := "recorded"
	switch {
	case errors.Is(err, consent.ErrConflict):
		result = "conflict"
	case errors.Is(err, consent.ErrOverloaded):
		result = "overloaded"
	case err != nil:
		result = "failed"
	case outcome.Duplicate:
		result = "duplicate"
	}
	m.decisions.WithLabelValues(string(record.Outcome()), result).Inc()
}

// count measures every request by its route's pattern, never by its path, which has ids in it.
func (m *Metrics) count(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		begun := time.Now()
		if err := next(c); err != nil {
			c.Error(err)
		}
		route := c.Path()
		if route == "" {
			route = "none"
		}
		m.durations.WithLabelValues(route).Observe(time.Since(begun).Seconds())
		m.requests.WithLabelValues(route, method(c.Request().Method), strconv.Itoa(c.Response().Status)).Inc()
		return nil
	}
}

// method bounds the label: clients may send any word as a method.
func method(name string) string {
	switch name {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS":
		return name
	}
	return "other"
}
