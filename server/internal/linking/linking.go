// Package linking links browsers to the accounts of a site, so that what a person chose on one device follows to the others.
// The site's server signs for whom it has signed in; the browser's secret says for which subject. The account's own id never
// gets here: the site hashes it, and of the hash the stores have a keyed one and a sealed one.
package linking

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"assent/schemas"
	"assent/server/internal/auditing"
	"assent/server/internal/consent"
	"assent/server/internal/recording"
	"assent/server/internal/register"
	"assent/server/internal/sealing"
)

const (
	linkKind    register.Kind = "link"         // By subject.
	accountKind register.Kind = "link-account" // By the keyed hash of the account.
	// lookupPurpose keeps the hashes of accounts apart from other ones that are made with the same keys.
	lookupPurpose = "external-id"
	// mostDevices of one account; another one takes the place of the one that was linked first.
	mostDevices = 16
	// attempts bounds how often a change begins anew because of another one.
	attempts = 64
)

// Recorder records decisions.
type Recorder interface {
	Record(ctx context.Context, record consent.Record) (recording.Outcome, error)
}

// Keeper keeps links and lets choices follow them.
type Keeper struct {
	Store    register.Store
	Ring     *sealing.Ring
	Journal  recording.Journal // Read only.
	Ledger   auditing.Ledger
	Recorder Recorder
	Notices  func(ctx context.Context, site, id string) (*schemas.Notice, error)
	Now      func() time.Time
}

// link says which account a subject is linked to.
type link struct{ Account string }

// linkedAccount is one account's devices, the first linked first.
type linkedAccount struct {
	Sealed  []byte // The hash that the site made of its id, for when keys rotate.
	Devices []device
}

type device struct {
	Subject string
	Linked  time.Time
	// Of the decision that followed the account last: its id, when it was recorded, and when the person had chosen.
	Decision uuid.UUID `json:",omitzero"`
	Recorded time.Time `json:",omitzero"`
	Chosen   time.Time `json:",omitzero"`
}

func (k *Keeper) links() register.Book[link] {
	return register.Book[link]{Store: k.Store, Kind: linkKind}
}

func (k *Keeper) accounts() register.Book[linkedAccount] {
	return register.Book[linkedAccount]{Store: k.Store, Kind: accountKind}
}

func aboutAccount(site, lookup string) sealing.About {
	return sealing.About{Kind: lookupPurpose, Site: site, ID: lookup}
}

// account finds what is kept of an account; revision 0 where nothing is. The id is that which it is kept under from now on.
func (k *Keeper) account(ctx context.Context, site, hash string) (register.Entry[linkedAccount], error) {
	lookups := k.Ring.Lookups(lookupPurpose, site, hash)
	for _, lookup := range lookups {
		entry, err := k.accounts().Entry(ctx, site, lookup)
		if err != nil || entry.Revision > 0 {
			return entry, err
		}
	}
	return register.Entry[linkedAccount]{Site: site, ID: lookups[0]}, nil
}

// Subjects returns those that are linked to an account, which its hash names.
func (k *Keeper) Subjects(ctx context.Context, site, hash string) ([]string, error) {
	entry, err := k.account(ctx, site, hash)
	subjects := []string{}
	for _, one := range entry.Value.Devices {
		subjects = append(subjects, one.Subject)
	}
	return subjects, err
}

// Link links a subject to an account, and to no other one any more.
func (k *Keeper) Link(ctx context.Context, site, subject, hash string) error {
	return again(func() error {
		own, err := k.links().Entry(ctx, site, subject)
		if err != nil {
			return err
		}
		to, err := k.account(ctx, site, hash)
		if err != nil || own.Value.Account == to.ID && to.Value.index(subject) >= 0 {
			return err
		}
		c := change{keeper: k}
		if own.Value.Account != "" && own.Value.Account != to.ID {
			if err := c.leave(ctx, site, subject, own.Value.Account); err != nil {
				return err
			}
		}
		if to.Value.Sealed == nil {
			if to.Value.Sealed, err = k.Ring.Seal(aboutAccount(site, to.ID), []byte(hash)); err != nil {
				return err
			}
		}
		if to.Value.index(subject) < 0 {
			to.Value.Devices = append(to.Value.Devices, device{Subject: subject, Linked: k.Now().UTC()})
		}
		for len(to.Value.Devices) > mostDevices {
			if err := c.cut(ctx, site, to.Value.Devices[0].Subject, to.ID); err != nil {
				return err
			}
			to.Value.Devices = to.Value.Devices[1:]
		}
		own.Value.Account = to.ID
		putting(&c, k.links(), own)
		putting(&c, k.accounts(), to)
		return c.keep(ctx)
	})
}

// Unlink ends a subject's link, if it has one. What followed stays recorded.
func (k *Keeper) Unlink(ctx context.Context, site, subject string) error {
	return again(func() error {
		own, err := k.links().Entry(ctx, site, subject)
		if err != nil || own.Revision == 0 {
			return err
		}
		c := change{keeper: k}
		if err := c.leave(ctx, site, subject, own.Value.Account); err != nil {
			return err
		}
		c.remove = append(c.remove, k.links().Gone(own))
		return c.keep(ctx)
	})
}

// Forget implements rights.Links.
func (k *Keeper) Forget(ctx context.Context, site, subject string) error {
	return k.Unlink(ctx, site, subject)
}

// UnlinkAccount ends all links of an account.
func (k *Keeper) UnlinkAccount(ctx context.Context, site, hash string) error {
	return again(func() error {
		entry, err := k.account(ctx, site, hash)
		if err != nil || entry.Revision == 0 {
			return err
		}
		c := change{keeper: k, remove: []register.Document{k.accounts().Gone(entry)}}
		for _, one := range entry.Value.Devices {
			if err := c.cut(ctx, site, one.Subject, entry.ID); err != nil {
				return err
			}
		}
		return c.keep(ctx)
	})
}

func (a linkedAccount) index(subject string) int {
	return slices.IndexFunc(a.Devices, func(d device) bool { return d.Subject == subject })
}

// change is what is kept at once, or not at all.
type change struct {
	keeper      *Keeper
	put, remove []register.Document
	err         error
}

func putting[T any](c *change, book register.Book[T], entry register.Entry[T]) {
	document, err := book.Next(entry)
	if c.err == nil {
		c.err = err
	}
	c.put = append(c.put, document)
}

// leave takes a subject from the devices of an account, and the account away with its last one.
func (c *change) leave(ctx context.Context, site, subject, account string) error {
	entry, err := c.keeper.accounts().Entry(ctx, site, account)
	at := entry.Value.index(subject)
	if err != nil || at < 0 {
		return err
	}
	entry.Value.Devices = slices.Delete(slices.Clone(entry.Value.Devices), at, at+1)
	if len(entry.Value.Devices) == 0 {
		c.remove = append(c.remove, c.keeper.accounts().Gone(entry))
		return nil
	}
	putting(c, c.keeper.accounts(), entry)
	return nil
}

// cut takes a subject's link to an account away.
func (c *change) cut(ctx context.Context, site, subject, account string) error {
	own, err := c.keeper.links().Entry(ctx, site, subject)
	if err == nil && own.Revision > 0 && own.Value.Account == account {
		c.remove = append(c.remove, c.keeper.links().Gone(own))
	}
	return err
}

func (c *change) keep(ctx context.Context) error {
	if c.err != nil {
		return c.err
	}
	return c.keeper.Store.ChangeDocuments(ctx, c.put, c.remove)
}

// again does something until nobody else was faster.
func again(do func() error) error {
	for range attempts {
		if err := do(); !errors.Is(err, consent.ErrConflict) {
			return err
		}
	}
	return errors.Join(errors.New("links were changed by others again and again"), consent.ErrUnavailable)
}
