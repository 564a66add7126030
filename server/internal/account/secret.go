package account

import (
	"context"
	"fmt"
	"slices"

	"assent/server/internal/sealing"
)

// Under has the secrets of apps sealed in the store from now on. Those that were kept plain are sealed when a code is next
// taken from them, or by Reseal.
func (a *Accounts) Under(ring *sealing.Ring) *Accounts {
	a.ring = ring
	return a
}

var _ sealing.Holder = (*Accounts)(nil)

func aboutSecret(email string) sealing.About {
	return sealing.About{Kind: "second-step", Site: "*", ID: email}
}

// keepSecret returns the app as the store is to have it.
func (a *Accounts) keepSecret(email, secret string, app App) (*App, error) {
	if a.ring == nil {
		app.Secret, app.Sealed = secret, nil
		return &app, nil
	}
	sealed, err := a.ring.Seal(aboutSecret(email), []byte(secret))
	app.Secret, app.Sealed = "", sealed
	return &app, err
}

func (a *Accounts) openSecret(ctx context.Context, email string, app App) (string, error) {
	if app.Sealed == nil {
		return app.Secret, nil
	}
	if a.ring == nil {
		return "", fmt.Errorf("open the secret of an app: no data keys are given")
	}
	secret, err := a.ring.Open(ctx, aboutSecret(email), app.Sealed)
	if err != nil {
		return "", fmt.Errorf("open the secret of an app: %w", err)
	}
	return string(secret), nil
}

// spendCode takes a code from the app or one of recovery, each once, or returns ErrCode. A code of recovery works without
// the key that sealed the app's secret.
func (a *Accounts) spendCode(ctx context.Context, email string, f *Factors, code string) (recovery bool, err error) {
	if f.App == nil {
		return false, ErrCode
	}
	hash := hashToken(plainRecovery(code))
	if slices.Contains(f.Recovery, hash) {
		f.Recovery = slices.DeleteFunc(f.Recovery, func(one string) bool { return one == hash })
		return true, nil
	}
	secret, err := a.openSecret(ctx, email, *f.App)
	if err != nil {
		return false, err
	}
	step, right := stepOf(secret, code, a.now())
	if !right || step <= f.App.Step {
		return false, ErrCode
	}
	app := *f.App
	app.Step = step
	f.App, err = a.keepSecret(email, secret, app)
	return false, err
}

// Reseal implements sealing.Holder.
func (a *Accounts) Reseal(ctx context.Context) (resealed int, err error) {
	err = a.store.ChangeRoster(ctx, func(r *Roster) error {
		resealed = 0
		for email, factors := range r.Factors {
			if factors.App == nil || factors.App.Sealed != nil && !a.ring.Stale(factors.App.Sealed) {
				continue
			}
			secret, err := a.openSecret(ctx, email, *factors.App)
			if err != nil {
				return err
			}
			if factors.App, err = a.keepSecret(email, secret, *factors.App); err != nil {
				return err
			}
			r.Factors[email] = factors
			resealed++
		}
		return nil
	})
	return resealed, err
}

// SealedWith implements sealing.Holder.
func (a *Accounts) SealedWith(ctx context.Context) (map[string]int, error) {
	roster, err := a.store.Roster(ctx)
	counts := map[string]int{}
	for _, factors := range roster.Factors {
		if factors.App != nil {
			counts[sealing.SealedBy(factors.App.Sealed)]++
		}
	}
	return counts, err
}
