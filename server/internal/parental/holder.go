package parental

import (
	"context"
	"fmt"

	"assent/server/internal/sealing"
)

var _ sealing.Holder = (*Keeper)(nil)

// Reseal implements sealing.Holder.
func (k *Keeper) Reseal(ctx context.Context) (resealed int, err error) {
	all, err := k.cases().List(ctx, "")
	if err != nil {
		return 0, err
	}
	for _, one := range all {
		changed := false
		_, err := k.cases().Change(ctx, one.Site, one.ID, func(c *Case) error {
			if changed = k.Ring.Stale(c.Email); !changed {
				return nil
			}
			address, err := k.Ring.Open(ctx, about(one.Site, one.ID), c.Email)
			if err != nil {
				return fmt.Errorf("read a parent's address: %w", err)
			}
			c.Email, err = k.Ring.Seal(about(one.Site, one.ID), address)
			return err
		})
		if err != nil {
			return resealed, err
		}
		if changed {
			resealed++
		}
	}
	return resealed, nil
}

// SealedWith implements sealing.Holder.
func (k *Keeper) SealedWith(ctx context.Context) (map[string]int, error) {
	all, err := k.cases().List(ctx, "")
	counts := map[string]int{}
	for _, one := range all {
		counts[sealing.SealedBy(one.Value.Email)]++
	}
	return counts, err
}
