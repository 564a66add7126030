package linking

import (
	"context"
	"fmt"

	"assent/server/internal/register"
	"assent/server/internal/sealing"
)

var _ sealing.Holder = (*Keeper)(nil)

// Reseal implements sealing.Holder. An account is found by another hash then, so all of its links are written anew with it.
func (k *Keeper) Reseal(ctx context.Context) (resealed int, err error) {
	secrets, err := k.secretBook().List(ctx, "")
	if err != nil {
		return 0, err
	}
	for _, entry := range secrets {
		count, err := k.resealSecrets(ctx, entry.Site)
		if resealed += count; err != nil {
			return resealed, err
		}
	}
	accounts, err := k.accounts().List(ctx, "")
	if err != nil {
		return resealed, err
	}
	for _, entry := range accounts {
		if !k.Ring.Stale(entry.Value.Sealed) {
			continue
		}
		if err := again(func() error { return k.resealAccount(ctx, entry.Site, entry.ID) }); err != nil {
			return resealed, err
		}
		resealed++
	}
	return resealed, nil
}

func (k *Keeper) resealSecrets(ctx context.Context, site string) (count int, err error) {
	_, err = k.secretBook().Change(ctx, site, secretID, func(all *[]Secret) error {
		count = 0
		for i, one := range *all {
			if !k.Ring.Stale(one.Sealed) {
				continue
			}
			secret, err := k.Ring.Open(ctx, aboutSecret(site), one.Sealed)
			if err != nil {
				return fmt.Errorf("read linking secret: %w", err)
			}
			if (*all)[i].Sealed, err = k.Ring.Seal(aboutSecret(site), secret); err != nil {
				return err
			}
			count++
		}
		return nil
	})
	return count, err
}

func (k *Keeper) resealAccount(ctx context.Context, site, lookup string) error {
	entry, err := k.accounts().Entry(ctx, site, lookup)
	if err != nil || entry.Revision == 0 || !k.Ring.Stale(entry.Value.Sealed) {
		return err
	}
	hash, err := k.Ring.Open(ctx, aboutAccount(site, lookup), entry.Value.Sealed)
	if err != nil {
		return fmt.Errorf("read the hash of a linked account: %w", err)
	}
	to, err := k.accounts().Entry(ctx, site, k.Ring.Lookup(lookupPurpose, site, string(hash)))
	if err != nil {
		return err
	}
	for _, d := range entry.Value.Devices { // A server that had heard of the new key may have linked others under it.
		if to.Value.index(d.Subject) < 0 {
			to.Value.Devices = append(to.Value.Devices, d)
		}
	}
	if to.Value.Sealed, err = k.Ring.Seal(aboutAccount(site, to.ID), hash); err != nil {
		return err
	}
	c := change{keeper: k, remove: []register.Document{k.accounts().Gone(entry)}}
	putting(&c, k.accounts(), to)
	for _, d := range entry.Value.Devices {
		own, err := k.links().Entry(ctx, site, d.Subject)
		if err != nil {
			return err
		}
		own.Value.Account = to.ID
		putting(&c, k.links(), own)
	}
	return c.keep(ctx)
}

// SealedWith implements sealing.Holder.
func (k *Keeper) SealedWith(ctx context.Context) (map[string]int, error) {
	counts := map[string]int{}
	secrets, err := k.secretBook().List(ctx, "")
	if err != nil {
		return nil, err
	}
	for _, entry := range secrets {
		for _, one := range entry.Value {
			counts[sealing.SealedBy(one.Sealed)]++
		}
	}
	accounts, err := k.accounts().List(ctx, "")
	for _, entry := range accounts {
		counts[sealing.SealedBy(entry.Value.Sealed)]++
	}
	return counts, err
}
