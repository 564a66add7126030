package site

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
)

// interval is how often the catalog asks whether a site changed: half of the second within which a change made by
// another process must be served.
const interval = 500 * time.Millisecond

// Catalog answers what a request needs to know about a site from memory, without waiting for a store: Watch keeps it
// fresh, and it goes on with what it knows while the store is away.
type Catalog struct {
	registry Registry
	archive  Archive
	known    atomic.Pointer[snapshot]
	failed   atomic.Pointer[error] // Why the last refresh failed; nil when it did not.
	notices  sync.Map              // noticeKey -> *schemas.Notice. Notices never change, and only published ones get in.
}

type snapshot struct {
	revision int64
	sites    map[string]schemas.Site
}

type noticeKey struct{ site, notice string }

// OpenCatalog reads all sites and returns the catalog.
func OpenCatalog(ctx context.Context, registry Registry, archive Archive) (*Catalog, error) {
	c := &Catalog{registry: registry, archive: archive}
	if err := c.Refresh(ctx); err != nil {
		return nil, fmt.Errorf("read sites: %w", err)
	}
	return c, nil
}

// Watch refreshes the catalog until ctx ends. It reports when the store goes away and when it is back.
func (c *Catalog) Watch(ctx context.Context, log *slog.Logger) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	away := false
	var read *snapshot // Whose notices are in memory.
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		err := c.Refresh(ctx)
		if err != nil && ctx.Err() == nil && !away {
			log.Warn("sites cannot be refreshed; going on with what is known", "error", err)
		}
		if err == nil && away {
			log.Info("sites are refreshed again")
		}
		away = err != nil
		if known := c.known.Load(); err == nil && known != read && c.readNotices(ctx, known) {
			read = known
		}
	}
}

// readNotices takes every notice that visitors are shown into memory, so that a decision on it can be recorded while the store is
// away, also the first one. It reports whether all could be read.
func (c *Catalog) readNotices(ctx context.Context, known *snapshot) bool {
	complete := true
	for id, s := range known.sites {
		for arm := range arms(s) {
			_, err := c.Notice(ctx, id, noticeOf(s, arm))
			complete = complete && (err == nil || errors.Is(err, consent.ErrNotFound))
		}
	}
	return complete
}

// Stale returns why the catalog could not be refreshed lately, or nil.
func (c *Catalog) Stale() error {
	if failed := c.failed.Load(); failed != nil {
		return *failed
	}
	return nil
}

// Refresh reads the sites again if any has changed.
func (c *Catalog) Refresh(ctx context.Context) error {
	err := c.refresh(ctx)
	if err == nil {
		c.failed.Store(nil)
	} else {
		c.failed.Store(&err)
	}
	return err
}

func (c *Catalog) refresh(ctx context.Context) error {
	// The revision is read first: a change in between is then read now and once more at the next round, never missed.
	revision, err := c.registry.Revision(ctx)
	if err != nil {
		return err
	}
	if known := c.known.Load(); known != nil && known.revision == revision {
		return nil
	} else if known != nil && revision < known.revision {
		// Emptied, or restored from an old copy. Forgetting the sites would answer 404, and then browsers throw away the
		// decisions they keep for us.
		return fmt.Errorf("sites went back from revision %d to %d: restore the store, or restart to take it as it is", known.revision, revision)
	}
	sites, err := c.registry.Sites(ctx)
	if err != nil {
		return err
	}
	next := &snapshot{revision: revision, sites: make(map[string]schemas.Site, len(sites))}
	for _, s := range sites {
		next.sites[s.ID] = s
	}
	c.known.Store(next)
	return nil
}

// Site returns a site, or consent.ErrNotFound.
func (c *Catalog) Site(id string) (schemas.Site, error) {
	if s, ok := c.known.Load().sites[id]; ok {
		return s, nil
	}
	return schemas.Site{}, consent.ErrNotFound
}

// Sites returns all sites by name.
func (c *Catalog) Sites() []schemas.Site {
	return slices.SortedFunc(maps.Values(c.known.Load().sites), func(a, b schemas.Site) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
}

// Notice returns a complete notice that the site published at some time, or consent.ErrNotFound. The caller must not
// change it.
func (c *Catalog) Notice(ctx context.Context, site, id string) (*schemas.Notice, error) {
	key := noticeKey{site, id}
	if known, ok := c.notices.Load(key); ok {
		return known.(*schemas.Notice), nil
	}
	document, err := c.archive.Notice(ctx, site, id)
	if err != nil {
		return nil, err
	}
	var n schemas.Notice
	if err := json.Unmarshal(document, &n); err != nil {
		return nil, fmt.Errorf("decode notice %s: %w", id, err)
	}
	c.notices.Store(key, &n)
	return &n, nil
}

// Current returns a site's published notice and its id.
func (c *Catalog) Current(ctx context.Context, site string) (id string, n schemas.Notice, err error) {
	return c.Arm(ctx, site, Control)
}
