package linking

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"assent/schemas"
	"assent/server/internal/auditing"
	"assent/server/internal/consent"
	"assent/server/internal/recording"
	"assent/server/internal/register"
)

// Followed is a device's current choice, where it followed the account.
type Followed struct {
	Decision uuid.UUID
	Chosen   time.Time // When the person chose.
	Current  schemas.Current
}

// held is what a device has, as far as it is known without looking into the audit trail.
type held struct {
	device
	current  schemas.Current
	isCopied bool
}

// answered is when the person chose what a device has.
func (h held) answered() time.Time {
	if h.isCopied {
		return h.Chosen
	}
	return h.current.RecordedAt
}

// Follow records what the account of a linked subject chose elsewhere, as far as it may follow there, and returns the
// subject's choice if it is such a one. A second call records nothing more and returns the same.
func (k *Keeper) Follow(ctx context.Context, to consent.Device, c consent.Circumstances, told func(consent.Record, recording.Outcome, error)) (Followed, bool, error) {
	own, account, err := k.own(ctx, c.Site, to.Subject)
	if err != nil || account.Revision == 0 {
		return Followed{}, false, err
	}
	record, follows, err := k.toFollow(ctx, to, own, account.Value, c)
	if err != nil {
		return Followed{}, false, err
	}
	if !follows {
		return Followed{Decision: own.Decision, Chosen: own.Chosen, Current: own.current}, own.isCopied, nil
	}
	outcome, err := k.Recorder.Record(ctx, record)
	told(record, outcome, err)
	if err != nil {
		return Followed{}, false, err
	}
	record.RecordedAt = outcome.RecordedAt
	_, err = k.accounts().Change(ctx, c.Site, account.ID, func(a *linkedAccount) error {
		at := a.index(to.Subject)
		if at < 0 {
			return consent.ErrNotFound
		}
		a.Devices[at].Decision, a.Devices[at].Recorded, a.Devices[at].Chosen = record.ID, record.RecordedAt, record.DecidedAt
		return nil
	})
	if errors.Is(err, consent.ErrNotFound) { // Unlinked meanwhile: what was recorded is recorded.
		err = nil
	}
	return Followed{Decision: record.ID, Chosen: record.DecidedAt, Current: record.Current()}, true, err
}

// own is what a subject has itself, and its account, of revision 0 where it is not linked.
func (k *Keeper) own(ctx context.Context, site, subject string) (held, register.Entry[linkedAccount], error) {
	none := register.Entry[linkedAccount]{}
	link, err := k.links().Entry(ctx, site, subject)
	if err != nil || link.Revision == 0 {
		return held{}, none, err
	}
	account, err := k.accounts().Entry(ctx, site, link.Value.Account)
	at := account.Value.index(subject)
	if err != nil || at < 0 {
		return held{}, none, err
	}
	own, _, err := k.held(ctx, site, account.Value.Devices[at])
	return own, account, err
}

// held reads what a device has; false for nothing.
func (k *Keeper) held(ctx context.Context, site string, d device) (held, bool, error) {
	current, err := k.Journal.Current(ctx, site, d.Subject)
	if errors.Is(err, consent.ErrNotFound) || err == nil && !k.Now().Before(current.Choice.ExpiresAt) {
		return held{device: d}, false, nil
	}
	return held{device: d, current: current, isCopied: current.RecordedAt.Equal(d.Recorded)}, err == nil, err
}

func (k *Keeper) toFollow(ctx context.Context, to consent.Device, own held, account linkedAccount, c consent.Circumstances) (consent.Record, bool, error) {
	var others []consent.Answered
	for _, d := range account.Devices {
		if d.Subject == to.Subject {
			continue
		}
		other, chose, err := k.held(ctx, c.Site, d)
		if err != nil {
			return consent.Record{}, false, err
		}
		if !chose || !saysMore(other, own) {
			continue
		}
		answered, known, err := k.explained(ctx, c.Site, other)
		if err != nil {
			return consent.Record{}, false, err
		}
		if known {
			others = append(others, answered)
		}
	}
	if len(others) == 0 {
		return consent.Record{}, false, nil
	}
	var known bool
	var err error
	if to.Own, known, err = k.explained(ctx, c.Site, own); err != nil || !known {
		return consent.Record{}, false, err
	}
	record, follows := consent.Follow(to, others, c)
	return record, follows, nil
}

// saysMore reports whether one device has an answer that the other lacks or has an older one of.
func saysMore(one, other held) bool {
	if one.answered().After(other.answered()) {
		return true
	}
	for purpose := range one.current.Choice.Purposes {
		if _, answered := other.current.Choice.Purposes[purpose]; !answered {
			return true
		}
	}
	return false
}

// explained adds under which rules and notice a choice was made, which the audit trail knows. False while that lags behind
// the journal: then nothing follows yet.
func (k *Keeper) explained(ctx context.Context, site string, h held) (consent.Answered, bool, error) {
	answered := consent.Answered{Choice: h.current.Choice, At: h.answered(), Copied: h.isCopied}
	if h.current.RecordedAt.IsZero() || !grants(h.current.Choice) {
		return answered, true, nil
	}
	found, err := k.Ledger.Search(ctx, auditing.Filter{Site: site, Subject: h.Subject}, 1)
	if err != nil || len(found) == 0 || !found[0].RecordedAt.Equal(h.current.RecordedAt) {
		return answered, false, err
	}
	answered.Regime = found[0].Regime
	answered.Notice, err = k.Notices(ctx, site, found[0].Notice)
	if err != nil && !errors.Is(err, consent.ErrNotFound) {
		return answered, false, fmt.Errorf("read the notice of a linked choice: %w", err)
	}
	return answered, true, nil
}

func grants(choice schemas.Choice) bool {
	return consent.Grants(schemas.Decision{Purposes: choice.Purposes, Services: choice.Services})
}
