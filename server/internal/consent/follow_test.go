package consent_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assent/schemas"
	"assent/server/internal/consent"
)

var (
	followNow = time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	video     = schemas.Service{ID: "video", Purpose: "marketing", Provider: "Video Ltd", Country: "US"}
	asked     = schemas.Notice{Purposes: []schemas.Purpose{{ID: consent.Essential}, {ID: "analytics"}, {ID: "marketing"}}, Services: []schemas.Service{video}, LifetimeDays: 180}
)

type answers = map[string]bool

// chose is what a device has that was asked by the usual notice, so many days ago.
func chose(daysAgo int, action string, purposes answers, services answers) consent.Answered {
	at := followNow.AddDate(0, 0, -daysAgo)
	return consent.Answered{At: at, Regime: consent.OptIn, Notice: &asked, Choice: schemas.Choice{Action: action, Purposes: purposes, Services: services, ExpiresAt: at.AddDate(0, 0, 180)}}
}

func TestWhatFollows(t *testing.T) {
	all, none := answers{consent.Essential: true, "analytics": true, "marketing": true}, answers{consent.Essential: true, "analytics": false, "marketing": false}
	accepted, refused := chose(3, consent.AcceptAll, all, nil), chose(3, consent.RejectAll, none, nil)
	change := func(a consent.Answered, edit func(*consent.Answered)) consent.Answered { edit(&a); return a }
	withoutVideo := asked
	withoutVideo.Services = nil
	moved := asked
	moved.Services = []schemas.Service{{ID: "video", Purpose: "marketing", Provider: "Video Ltd", Country: "BR"}}
	silent := change(accepted, func(a *consent.Answered) { a.Regime = consent.OptOut })
	for name, c := range map[string]struct {
		to       consent.Device
		others   []consent.Answered
		action   string // Empty where nothing follows.
		purposes answers
		services answers
	}{
		"a grant to who was not asked yet":        {others: []consent.Answered{accepted}, action: consent.AcceptAll, purposes: answers{"analytics": true, "marketing": true}},
		"a refusal over an older grant":           {to: consent.Device{Own: chose(5, consent.AcceptAll, all, nil)}, others: []consent.Answered{refused}, action: consent.RejectAll, purposes: answers{"analytics": false, "marketing": false}},
		"a grant over an older refusal":           {to: consent.Device{Own: chose(5, consent.RejectAll, none, nil)}, others: []consent.Answered{accepted}, action: consent.AcceptAll, purposes: answers{"analytics": true, "marketing": true}},
		"nothing over a newer answer":             {to: consent.Device{Own: chose(1, consent.RejectAll, none, nil)}, others: []consent.Answered{accepted}},
		"nothing over one as old":                 {to: consent.Device{Own: chose(3, consent.RejectAll, none, nil)}, others: []consent.Answered{accepted}},
		"the newest of several":                   {others: []consent.Answered{chose(9, consent.AcceptAll, all, nil), refused, chose(8, consent.AcceptAll, all, nil)}, action: consent.RejectAll, purposes: answers{"analytics": false, "marketing": false}},
		"no grant of who is new since":            {others: []consent.Answered{change(accepted, func(a *consent.Answered) { a.Notice = &withoutVideo })}, action: consent.Save, purposes: answers{"analytics": true}},
		"no grant of who moved since":             {others: []consent.Answered{change(accepted, func(a *consent.Answered) { a.Notice = &moved })}, action: consent.Save, purposes: answers{"analytics": true}},
		"no grant of a notice that nobody knows":  {others: []consent.Answered{change(accepted, func(a *consent.Answered) { a.Notice = nil })}},
		"a refusal of a notice that nobody knows": {others: []consent.Answered{change(refused, func(a *consent.Answered) { a.Notice = nil })}, action: consent.RejectAll, purposes: answers{"analytics": false, "marketing": false}},
		"no grant where silence was one":          {others: []consent.Answered{silent}},
		"such a grant to where it is one":         {to: consent.Device{Regime: consent.OptOut}, others: []consent.Answered{silent}, action: consent.AcceptAll, purposes: answers{"analytics": true, "marketing": true}},
		"an explicit grant to where it is one":    {to: consent.Device{Regime: consent.OptOut}, others: []consent.Answered{accepted}, action: consent.AcceptAll, purposes: answers{"analytics": true, "marketing": true}},
		"nothing to children":                     {to: consent.Device{Regime: consent.ChildDirected}, others: []consent.Answered{accepted}},
		"no marketing against a signal":           {to: consent.Device{GPC: true}, others: []consent.Answered{accepted}, action: consent.Save, purposes: answers{"analytics": true}},
		"all but marketing where it was signalled": {to: consent.Device{GPC: true, Own: chose(5, consent.Signal, answers{consent.Essential: true, "marketing": false}, nil)}, others: []consent.Answered{accepted}, action: consent.Save,
			purposes: answers{"analytics": true, "marketing": false}},
		"a signal of another device refuses marketing alone": {to: consent.Device{Own: chose(5, consent.AcceptAll, all, nil)}, others: []consent.Answered{chose(3, consent.Signal, answers{consent.Essential: true, "marketing": false}, nil)}, action: consent.Save,
			purposes: answers{"analytics": true, "marketing": false}},
		"a service that was refused apart": {others: []consent.Answered{chose(3, consent.Save, all, answers{"video": false})}, action: consent.Save, purposes: answers{"analytics": true, "marketing": true}, services: answers{"video": false}},
		"a service that was granted apart": {others: []consent.Answered{chose(3, consent.Save, none, answers{"video": true})}, action: consent.Save, purposes: answers{"analytics": false, "marketing": false}, services: answers{"video": true}},
		"no service against a signal":      {to: consent.Device{GPC: true}, others: []consent.Answered{chose(3, consent.Save, none, answers{"video": true})}, action: consent.Save, purposes: answers{"analytics": false, "marketing": false}},
		"a service's refusal without the grant around it": {to: consent.Device{GPC: true, Own: chose(5, consent.AcceptAll, all, nil)}, others: []consent.Answered{chose(3, consent.Save, all, answers{"video": false})}, action: consent.Save,
			purposes: answers{"analytics": true, "marketing": true}, services: answers{"video": false}},
		"no own grant of who is new since": {to: consent.Device{Own: change(chose(5, consent.AcceptAll, all, nil), func(a *consent.Answered) { a.Notice = &withoutVideo })},
			others: []consent.Answered{chose(3, consent.Signal, answers{"analytics": false}, nil)}, action: consent.Save, purposes: answers{"analytics": false}},
		"nothing that holds for less than a day": {others: []consent.Answered{chose(180, consent.AcceptAll, all, nil)}},
	} {
		t.Run(name, func(t *testing.T) {
			if c.to.Regime == "" {
				c.to.Regime = consent.OptIn
			}
			r, follows := consent.Follow(c.to, c.others, consent.Circumstances{Notice: &asked, Now: followNow})
			if follows != (c.action != "") || r.Action != c.action {
				t.Fatalf("%t, %q, want %q", follows, r.Action, c.action)
			}
			if !follows {
				return
			}
			if c.services == nil {
				c.services = answers{}
			}
			if diff := cmp.Diff(c.purposes, r.Purposes) + cmp.Diff(c.services, r.Services); diff != "" {
				t.Error(diff)
			}
			if r.Source != consent.FromAccount || r.Outcome() != consent.Signaled || !r.DecidedAt.Equal(followNow.AddDate(0, 0, -3)) {
				t.Errorf("%s, %s, decided %s", r.Source, r.Outcome(), r.DecidedAt)
			}
			r.RecordedAt = followNow
			if !r.ExpiresAt().Equal(followNow.AddDate(0, 0, 177)) {
				t.Errorf("expires %s", r.ExpiresAt())
			}
		})
	}
}

// TestWhatFollowsHoldsNoLonger than what it follows, whatever the notice's lifetime is there.
func TestWhatFollowsHoldsNoLonger(t *testing.T) {
	short := chose(10, consent.AcceptAll, answers{"analytics": true, "marketing": true}, nil)
	short.Choice.ExpiresAt = followNow.AddDate(0, 0, 20)
	r, follows := consent.Follow(consent.Device{Regime: consent.OptIn}, []consent.Answered{short}, consent.Circumstances{Notice: &asked, Now: followNow})
	r.RecordedAt = followNow
	if !follows || !r.ExpiresAt().Equal(short.Choice.ExpiresAt) || !r.DecidedAt.AddDate(0, 0, 180).Equal(short.Choice.ExpiresAt) {
		t.Errorf("%t: expires %s, decided %s", follows, r.ExpiresAt(), r.DecidedAt)
	}
}

// TestAnOriginalCountsBeforeItsCopies, which say less of the rules that it was made under.
func TestAnOriginalCountsBeforeItsCopies(t *testing.T) {
	original := chose(3, consent.AcceptAll, answers{"analytics": true, "marketing": true}, nil)
	copied := original
	copied.Copied, copied.Regime = true, consent.OptOut
	for _, others := range [][]consent.Answered{{original, copied}, {copied, original}} {
		if _, follows := consent.Follow(consent.Device{Regime: consent.OptIn}, others, consent.Circumstances{Notice: &asked, Now: followNow}); !follows {
			t.Error("the copy was taken")
		}
	}
}
