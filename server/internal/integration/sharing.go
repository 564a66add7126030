package integration

import (
	"context"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"assent/server/internal/following"
	"assent/server/internal/register"
)

// followed is how often Sharing looks.
const followed = time.Second

// Shared is what each service is told of visitors: the Fields that its integrations share, in their order, by the service's id.
// One that is off counts, since visitors are told before it is switched on.
type Shared map[string][]string

func (s Shared) add(one Integration) {
	if one.State == removing || one.State == Gone {
		return
	}
	s[one.Service] = slices.DeleteFunc(slices.Clone(Fields), func(field string) bool {
		return !slices.Contains(one.Fields, field) && !slices.Contains(s[one.Service], field)
	})
}

// Shared returns what a site's services are told.
func (d Desk) Shared(ctx context.Context, site string) (Shared, error) {
	all, err := d.List(ctx, site)
	shared := Shared{}
	for _, one := range all {
		shared.add(one.Value)
	}
	return shared, err
}

// Sharing knows what all sites share without a look into the store, which scripts outlast.
type Sharing struct {
	book  register.Book[Integration]
	known atomic.Pointer[map[string]Shared]
}

// OpenSharing reads what is shared.
func OpenSharing(ctx context.Context, store register.Store) (*Sharing, error) {
	s := &Sharing{book: books{store}.integrations()}
	return s, s.refresh(ctx)
}

// Watch follows the store until ctx ends.
func (s *Sharing) Watch(ctx context.Context, log *slog.Logger) {
	following.Follow(ctx, followed, s.refresh, func(err error) {
		log.WarnContext(ctx, "what integrations share cannot be read; visitors are told what is known", "error", err)
	})
}

// Of returns what a site's services are told.
func (s *Sharing) Of(site string) Shared { return (*s.known.Load())[site] }

func (s *Sharing) refresh(ctx context.Context) error {
	all, err := s.book.List(ctx, "")
	if err != nil {
		return err
	}
	known := map[string]Shared{}
	for _, one := range all {
		if known[one.Site] == nil {
			known[one.Site] = Shared{}
		}
		known[one.Site].add(one.Value)
	}
	s.known.Store(&known)
	return nil
}
