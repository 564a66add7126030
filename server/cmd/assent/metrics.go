package main

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"assent/server/internal/httpapi"
	"assent/server/internal/integration"
	"assent/server/internal/shipping"
	"assent/server/internal/spool"
	"assent/server/internal/telemetry"
	"assent/server/internal/transparency"
	"assent/server/internal/witnessing"
)

// lagTimeout bounds the look into the outbox that a scrape or probe makes.
const lagTimeout = 2 * time.Second

// newMetrics returns the registry with what the server's parts tell of themselves.
func (s *server) newMetrics() *prometheus.Registry {
	registry := telemetry.NewMetrics()
	registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "assent_recorder_waiting", Help: "Decisions that wait for a commit.",
	}, func() float64 { return float64(s.recorder.Waiting()) }))
	if s.shipper != nil {
		registry.MustRegister(&outboxCollector{shipper: s.shipper})
	}
	if s.backlog != nil {
		registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "assent_outbox_full", Help: "1 while decisions that grant anything are refused because too many wait for the ledger.",
		}, func() float64 { return map[bool]float64{true: 1}[s.backlog.Full()] }))
	}
	if s.reconciler != nil {
		registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "assent_ledger_compared_total", Help: "Decisions that were looked for in the ledger minutes after they were shipped.",
		}, func() float64 { return float64(s.reconciler.Compared()) }), prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "assent_ledger_restored_total", Help: "Those of them that the ledger had lost and that were appended again.",
		}, func() float64 { return float64(s.reconciler.Restored()) }))
	}
	if s.spool != nil {
		registry.MustRegister(&spoolCollector{spool: s.spool})
	}
	registry.MustRegister(&informerCollector{informer: s.informer})
	registry.MustRegister(&logCollector{log: s.transcript, recipients: s.recipients})
	return registry
}

var (
	informerAttempts = prometheus.NewDesc("assent_integration_attempts_total", "Attempts of this server to tell an integration of a decision.", []string{"result"}, nil)
	informerGivenUp  = prometheus.NewDesc("assent_integration_dead_letters_total", "Visitors of whom an integration could not be told for three days, or at all, and whose events are kept as dead letters.", nil, nil)
)

// informerCollector reads what the integrations' keeper has counted.
type informerCollector struct{ informer *integration.Keeper }

// Describe implements prometheus.Collector.
func (c *informerCollector) Describe(descriptions chan<- *prometheus.Desc) {
	descriptions <- informerAttempts
	descriptions <- informerGivenUp
}

// Collect implements prometheus.Collector.
func (c *informerCollector) Collect(metrics chan<- prometheus.Metric) {
	delivered, failed, givenUp := c.informer.Attempts()
	metrics <- prometheus.MustNewConstMetric(informerAttempts, prometheus.CounterValue, float64(delivered), "delivered")
	metrics <- prometheus.MustNewConstMetric(informerAttempts, prometheus.CounterValue, float64(failed), "failed")
	metrics <- prometheus.MustNewConstMetric(informerGivenUp, prometheus.CounterValue, float64(givenUp))
}

var (
	logEntries = prometheus.NewDesc("assent_log_entries", "Decisions under the log's signed checkpoint.", nil, nil)
	logWaiting = prometheus.NewDesc("assent_log_waiting", "Decisions that are recorded and not in the log yet.", nil, nil)
	logSeconds = prometheus.NewDesc("assent_log_checkpoint_seconds", "Age of the log's checkpoint. It grows while nothing is decided; absent until this server has signed one.", nil, nil)
	logTaken   = prometheus.NewDesc("assent_log_witness_success_timestamp_seconds", "When a recipient last took a checkpoint, in seconds since 1970; 0 before the first.", []string{"witness"}, nil)
)

// logCollector asks the log at each scrape; while it cannot be read, its size is absent rather than stale.
type logCollector struct {
	log        *transparency.Log
	recipients witnessing.Recipients
}

// Describe implements prometheus.Collector.
func (c *logCollector) Describe(descriptions chan<- *prometheus.Desc) {
	for _, one := range []*prometheus.Desc{logEntries, logWaiting, logSeconds, logTaken} {
		descriptions <- one
	}
}

// Collect implements prometheus.Collector.
func (c *logCollector) Collect(metrics chan<- prometheus.Metric) {
	for _, one := range c.recipients {
		seconds := 0.0
		if last, isOne := one.Last(); isOne {
			seconds = float64(last.Unix())
		}
		metrics <- prometheus.MustNewConstMetric(logTaken, prometheus.GaugeValue, seconds, one.Name)
	}
	if signed, isSigned := c.log.Signed(); isSigned {
		metrics <- prometheus.MustNewConstMetric(logSeconds, prometheus.GaugeValue, time.Since(signed).Seconds())
	}
	ctx, cancel := context.WithTimeout(context.Background(), lagTimeout)
	defer cancel()
	_, tree, err := c.log.Tree(ctx)
	if err != nil {
		return
	}
	waiting, err := c.log.Waiting(ctx)
	if err != nil {
		return
	}
	metrics <- prometheus.MustNewConstMetric(logEntries, prometheus.GaugeValue, float64(tree.N))
	metrics <- prometheus.MustNewConstMetric(logWaiting, prometheus.GaugeValue, float64(waiting))
}

var (
	spoolDecisions = prometheus.NewDesc("assent_spool_decisions", "Decisions that wait on this server's disk until Redis takes them.", nil, nil)
	spoolBytes     = prometheus.NewDesc("assent_spool_bytes", "What they take there.", nil, nil)
	spoolSeconds   = prometheus.NewDesc("assent_spool_seconds", "Age of the oldest of them.", nil, nil)
)

// spoolCollector reads the spool's state at each scrape.
type spoolCollector struct{ spool *spool.Spool }

// Describe implements prometheus.Collector.
func (c *spoolCollector) Describe(descriptions chan<- *prometheus.Desc) {
	descriptions <- spoolDecisions
	descriptions <- spoolBytes
	descriptions <- spoolSeconds
}

// Collect implements prometheus.Collector.
func (c *spoolCollector) Collect(metrics chan<- prometheus.Metric) {
	state := c.spool.State()
	metrics <- prometheus.MustNewConstMetric(spoolDecisions, prometheus.GaugeValue, float64(state.Decisions))
	metrics <- prometheus.MustNewConstMetric(spoolBytes, prometheus.GaugeValue, float64(state.Bytes))
	metrics <- prometheus.MustNewConstMetric(spoolSeconds, prometheus.GaugeValue, state.Oldest.Seconds())
}

var (
	outboxRows    = prometheus.NewDesc("assent_outbox_rows", "Decisions that the ledger does not have yet.", nil, nil)
	outboxSeconds = prometheus.NewDesc("assent_outbox_seconds", "Age of the oldest of them.", nil, nil)
	outboxRefused = prometheus.NewDesc("assent_outbox_refused_total", "Decisions that the ledger refused and that are kept as dead letters.", nil, nil)
)

// outboxCollector asks the outbox at each scrape; while it cannot be asked, its metrics are absent rather than stale.
type outboxCollector struct{ shipper *shipping.Shipper }

// Describe implements prometheus.Collector.
func (o *outboxCollector) Describe(descriptions chan<- *prometheus.Desc) {
	descriptions <- outboxRows
	descriptions <- outboxSeconds
	descriptions <- outboxRefused
}

// Collect implements prometheus.Collector.
func (o *outboxCollector) Collect(metrics chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), lagTimeout)
	defer cancel()
	lag, err := o.shipper.Lag(ctx)
	if err != nil {
		return
	}
	metrics <- prometheus.MustNewConstMetric(outboxRows, prometheus.GaugeValue, float64(lag.Rows))
	metrics <- prometheus.MustNewConstMetric(outboxSeconds, prometheus.GaugeValue, lag.Age.Seconds())
	metrics <- prometheus.MustNewConstMetric(outboxRefused, prometheus.CounterValue, float64(lag.Refused))
}

// outboxDependency shows in /readyz how far behind the ledger is.
func (s *server) outboxDependency() httpapi.Dependency {
	return httpapi.Dependency{Name: "outbox", Check: func(ctx context.Context) (string, error) {
		lag, err := s.shipper.Lag(ctx)
		if err != nil {
			return "", err
		}
		detail := fmt.Sprintf("%d rows waiting, oldest %s, %d refused", lag.Rows, lag.Age.Round(time.Second), lag.Refused)
		if s.backlog != nil && s.backlog.Full() {
			return detail + "; new grants are refused until there is room", httpapi.ErrDegraded
		}
		return detail, nil
	}}
}
