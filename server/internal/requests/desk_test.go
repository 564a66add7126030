package requests_test

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"assent/server/internal/auditing"
	"assent/server/internal/consent"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/recording"
	"assent/server/internal/requests"
	"assent/server/internal/rights"
	"assent/server/internal/transparency"
)

const shop, visitor = "shop", "a-subject"

// counter is a place of work: a real store, and what can be made to fail around it.
type counter struct {
	store    *embeddedstore.Store
	recorder *recording.Recorder
	eraser   rights.Eraser
}

func openCounter(t *testing.T) counter {
	t.Helper()
	store, err := embeddedstore.Open(t.Context(), t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	log, err := transparency.Open(t.Context(), store, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := counter{store, recording.NewRecorder(store, recording.Limits{Lanes: 1, Batch: 512, Queue: 1024}), rights.Eraser{Trail: store, Log: log, Now: time.Now}}
	t.Cleanup(func() {
		if err := errors.Join(c.recorder.Close(context.Background()), store.Close()); err != nil {
			t.Error(err)
		}
	})
	c.decide(t)
	return c
}

func (c counter) decide(t *testing.T) {
	t.Helper()
	id, err := uuid.NewV7()
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.recorder.Record(t.Context(), consent.Record{ID: id, Site: shop, Subject: visitor, Notice: "n", Action: consent.AcceptAll,
		Purposes: map[string]bool{"analytics": true}, Source: "api", LifetimeDays: 180, Regime: consent.OptIn})
	if err != nil {
		t.Fatal(err)
	}
}

func (c counter) desk(trail rights.Trail) *requests.Desk {
	eraser := c.eraser
	if trail != nil {
		eraser.Trail = trail
	}
	return requests.NewDesk(c.store, c.store, c.recorder, eraser, time.Now)
}

func asked(kind string) requests.Asked {
	return requests.Asked{Site: shop, Subject: visitor, Kind: kind, How: requests.Officer, Identity: "known", Who: "ada@shop.example"}
}

// killed erases and dies before anybody hears of it.
type killed struct{ rights.Trail }

var errKilled = errors.New("killed")

func (k killed) Erase(ctx context.Context, site, subject, reason string, at time.Time) ([]uuid.UUID, error) {
	if _, err := k.Trail.Erase(ctx, site, subject, reason, at); err != nil {
		return nil, err
	}
	return nil, errKilled
}

func TestAnErasureThatDiedIsEnded(t *testing.T) {
	c := openCounter(t)
	opened, err := c.desk(nil).Open(t.Context(), asked(requests.Erasure))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.desk(killed{c.eraser.Trail}).Act(t.Context(), shop, opened.ID, "ada@shop.example", ""); !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
	if _, err := c.desk(nil).Refuse(t.Context(), shop, opened.ID, "ada@shop.example", "no"); !errors.Is(err, requests.ErrClosed) {
		t.Errorf("what began is refused: %v", err)
	}
	again, err := c.desk(nil).Open(t.Context(), asked(requests.Erasure))
	if err != nil || again.ID != opened.ID {
		t.Errorf("asked again: %s, want %s, %v", again.ID, opened.ID, err)
	}
	done, err := c.desk(nil).Act(t.Context(), shop, opened.ID, "bob@shop.example", "")
	if err != nil || done.State != requests.Done || len(done.Receipts) != 1 || done.Effects[0].Count != 1 || done.Subject != "" {
		t.Errorf("%+v, %v", done, err)
	}
}

// TestTwoServersAtOnce are asked for the same by many.
func TestTwoServersAtOnce(t *testing.T) {
	c := openCounter(t)
	desks := []*requests.Desk{c.desk(nil), c.desk(nil)}
	var working sync.WaitGroup
	ids := make([]string, 8)
	for i := range ids {
		working.Go(func() {
			desk := desks[i%2]
			opened, err := desk.Open(t.Context(), asked(requests.Withdrawal))
			if err != nil {
				t.Error(err)
				return
			}
			ids[i] = opened.ID
			if _, err := desk.Act(t.Context(), shop, opened.ID, "", ""); err != nil {
				t.Error(err)
			}
		})
	}
	working.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Errorf("%s and %s", ids[0], id)
		}
	}
	if records, err := c.desk(nil).Copy(t.Context(), shop, visitor); err != nil || len(records) != 2 {
		t.Errorf("%d decisions, want one and its withdrawal, %v", len(records), err)
	}
	// Whoever decides anew may take that back, too.
	c.decide(t)
	opened, err := c.desk(nil).Open(t.Context(), asked(requests.Withdrawal))
	if err != nil || opened.ID == ids[0] {
		t.Errorf("%s, %v", opened.ID, err)
	}
}

// late is a ledger that what was decided a moment ago has not reached.
type late struct{ auditing.Ledger }

func (late) Search(context.Context, auditing.Filter, int) ([]consent.Record, error) { return nil, nil }

func TestAnErasureOfWhatTheLedgerHasNotYetIsRegistered(t *testing.T) {
	c := openCounter(t)
	desk := requests.NewDesk(c.store, late{c.store}, c.recorder, c.eraser, time.Now)
	for _, want := range []int{1, 0} {
		done, err := desk.Erase(t.Context(), asked(requests.Erasure))
		if err != nil || done.Decisions != want {
			t.Errorf("%+v, %v, want %d", done, err, want)
		}
	}
	all, err := desk.List(t.Context(), shop)
	if err != nil || len(all) != 1 {
		t.Fatalf("%+v, %v", all, err)
	}
	if r := all[0].Value; r.State != requests.Done || len(r.Receipts) != 1 || r.Subject != "" || len(r.Effects) != 4 || len(r.History) != 2 {
		t.Errorf("%+v", r)
	}
}
