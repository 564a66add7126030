package requests

import (
	"context"
	"log/slog"
	"time"

	"assent/server/internal/register"
)

// remindersKind is of the one document that says when was last reminded.
const remindersKind register.Kind = "request-reminder"

// remindedAtOnce bounds what one day's reminders write into the log.
const remindedAtOnce = 100

// Remind writes a warning for each request that is due within Ahead, once a day, whichever server is the first to.
func (d *Desk) Remind(ctx context.Context, log *slog.Logger) error {
	now := d.now().UTC()
	first, err := register.First(ctx, d.store, remindersKind, now.Format(time.DateOnly))
	if err != nil || !first {
		return err
	}
	due, err := d.DueBy(ctx, remindedAtOnce)
	if err != nil {
		return err
	}
	for _, one := range due {
		log.WarnContext(ctx, "a visitor's request is due soon; see Requests on the dashboard", "site", one.Site, "request", one.ID, "kind", one.Value.Kind, "due", one.Value.Due, "overdue", one.Value.IsOverdue(now))
	}
	return nil
}

// KeepReminding looks every hour whether there is to be reminded, until ctx ends.
func (d *Desk) KeepReminding(ctx context.Context, log *slog.Logger) {
	ticker := time.NewTicker(time.Hour)
	defer ticker.Stop()
	for {
		if err := d.Remind(ctx, log); err != nil && ctx.Err() == nil {
			log.ErrorContext(ctx, "requests that are due cannot be read", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
