package retention

import (
	"context"
	"errors"
	"fmt"

	"assent/server/internal/consent"
	"assent/server/internal/register"
)

// ownID is what a site's own periods are kept under.
const ownID = "periods"

func (k Keeper) own() register.Book[Periods] {
	return register.Book[Periods]{Store: k.Register, Kind: "retention-periods"}
}

// Own returns the periods that a site has of its own.
func (k Keeper) Own(ctx context.Context, site string) (Periods, error) {
	own, err := k.own().Get(ctx, site, ownID)
	if errors.Is(err, consent.ErrNotFound) {
		return Periods{}, nil
	}
	return own, err
}

// ErrClass says that a site can have no period of its own for a class.
var ErrClass = errors.New("is none that a site has a period of its own for")

// SetOwn gives a site periods of its own, in place of all that it had. What is announced by a longer period is taken back by
// the next run, and what goes by a shorter one is announced anew.
func (k Keeper) SetOwn(ctx context.Context, site string, own Periods) error {
	for class := range own {
		if rule, isKnown := RuleOf(class); !isKnown || rule.IsEverywhere {
			return fmt.Errorf("%s %w", class, ErrClass)
		}
	}
	if err := own.Check(); err != nil {
		return err
	}
	return k.own().Set(ctx, site, ownID, own)
}

// Usual is for how long a class is kept at sites without a period of their own.
func (k Keeper) Usual(rule Rule) int { return k.Periods.days(rule) }

// RuleOf returns the rule of a class.
func RuleOf(class Class) (Rule, bool) {
	for _, rule := range Rules {
		if rule.Class == class {
			return rule, true
		}
	}
	return Rule{}, false
}

// periodsAt are those that hold at a site.
func (k Keeper) periodsAt(ctx context.Context, site string) (Periods, error) {
	own, err := k.Own(ctx, site)
	if err != nil {
		return nil, fmt.Errorf("read the periods of site %s: %w", site, err)
	}
	return k.Periods.with(own), nil
}
