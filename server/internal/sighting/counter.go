package sighting

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"assent/schemas"
)

const (
	// interval is how long sightings wait in memory. A server that is killed loses those: a counter is no proof.
	interval = 3 * time.Second
	// most bounds the memory while the store is away; what comes beyond is dropped.
	most = 20_000
)

// Counter gathers sightings in memory, so that a request costs no write, and adds them to a store.
type Counter struct {
	store   Store
	log     *slog.Logger
	mu      sync.Mutex
	waiting map[Key]int
}

// NewCounter returns a counter that writes while Run runs.
func NewCounter(store Store, log *slog.Logger) *Counter {
	return &Counter{store: store, log: log, waiting: map[Key]int{}}
}

// Add counts what one page view told.
func (c *Counter) Add(site, day string, sightings []schemas.Sighting) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range sightings {
		c.add(Count{Key{site, day, s.Host, s.Kind, s.Service}, 1})
	}
}

func (c *Counter) add(one Count) {
	if _, known := c.waiting[one.Key]; known || len(c.waiting) < most {
		c.waiting[one.Key] += one.Pages
	}
}

// Run writes every few seconds until ctx ends, and then once more.
func (c *Counter) Run(ctx context.Context) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), interval)
			defer cancel()
			c.try(last)
			return
		case <-ticker.C:
			c.try(ctx)
		}
	}
}

func (c *Counter) try(ctx context.Context) {
	if err := c.Flush(ctx); err != nil {
		c.log.WarnContext(ctx, "sightings could not be written; they wait for the next attempt", "error", err)
	}
}

// Flush writes what waits. On an error it waits on.
func (c *Counter) Flush(ctx context.Context) error {
	counts := c.take()
	if len(counts) == 0 {
		return nil
	}
	err := c.store.AddSightings(ctx, counts)
	if err != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, one := range counts {
			c.add(one)
		}
	}
	return err
}

func (c *Counter) take() []Count {
	c.mu.Lock()
	defer c.mu.Unlock()
	counts := make([]Count, 0, len(c.waiting))
	for key, pages := range c.waiting {
		counts = append(counts, Count{key, pages})
	}
	clear(c.waiting)
	return counts
}
