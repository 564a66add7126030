package integration

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"assent/server/internal/register"
	"assent/server/internal/requests"
)

// closed is what is told of a visitor's request that was closed. Nothing in it says whose it was: the document's id is by
// chance, and who opens the document signs in.
type closed struct {
	Site     string    `json:"site"`
	Document string    `json:"document"` // Its address.
	Kind     string    `json:"kind"`
	State    string    `json:"state"`
	ClosedAt time.Time `json:"closedAt"`
}

// takeClosed takes the requests that were closed since the last time.
func (k *Keeper) takeClosed(ctx context.Context, all []Entry) error {
	book := requests.ClosingsIn(k.Store)
	for {
		some, err := book.DueBy(ctx, k.Now(), perIntake)
		if err != nil || len(some) == 0 {
			return err
		}
		for _, one := range some {
			if err := k.changing(ctx, func(c *changes) error { return k.tellClosed(ctx, c, all, one) }); err != nil {
				return err
			}
			if err := book.Remove(ctx, one); err != nil {
				return err
			}
		}
	}
}

func (k *Keeper) tellClosed(ctx context.Context, c *changes, all []Entry, one register.Entry[requests.Closing]) error {
	for _, to := range all {
		if to.Site != one.Site || !to.Value.hearsOfRequests() {
			continue
		}
		event, err := closedEvent(to, one.Value, k.PublicURL, k.Now())
		if err != nil {
			return err
		}
		if err := c.tell(ctx, to, one.Value.Document, event); err != nil {
			return err
		}
	}
	return nil
}

func (i Integration) hearsOfRequests() bool { return i.Requests && i.State == On }

func closedEvent(to Entry, c requests.Closing, publicURL string, now time.Time) (Event, error) {
	address := fmt.Sprintf("%s/v1/admin/sites/%s/requests/%s?format=html", publicURL, url.PathEscape(to.Site), c.Document)
	body, err := json.Marshal(payload[closed]{Type: RequestClosed, Timestamp: c.At.UTC(),
		Data: closed{Site: to.Site, Document: address, Kind: c.Kind, State: c.State, ClosedAt: c.At.UTC()}})
	if err != nil {
		return Event{}, fmt.Errorf("encode event: %w", err)
	}
	return Event{ID: eventID(to.ID, RequestClosed, c.Document, c.State), Type: RequestClosed, Recorded: c.At.UTC(), Queued: now.UTC(), Body: body}, nil
}
