package integration_test

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/integration"
	"assent/server/internal/register"
	"assent/server/internal/requests"
	"assent/server/internal/rights"
	"assent/server/internal/shipping"
)

func tlsWith(roots *x509.CertPool) *tls.Config { return &tls.Config{RootCAs: roots} }

func TestGrantsChangesAndWithdrawalsAreTold(t *testing.T) {
	onBoth(t, func(t *testing.T, s *stage) {
		r := s.receiver(nil)
		s.connect(r, "crm", "purposes")
		s.run(s.keeper.Run)
		s.decide("never", false)
		granted := s.decide("one", true)
		r.await(1)
		s.decide("one", true)
		r.await(2)
		withdrawn := s.decide("one", false)
		r.await(3)
		s.decide("one", false)
		s.decide("two", true)
		got := r.await(4)
		if want := []string{"granted", "changed", "withdrawn", "granted"}; !slices.Equal(types(got), want) {
			t.Fatalf("told %v, want %v", types(got), want)
		}
		first, third := got[0].Data, got[2].Data
		if first.Subject != granted.Subject || first.Receipt != granted.ID.String() || !first.Granted || first.Service != "crm" || !first.Purposes["marketing"] {
			t.Errorf("grant: %s", got[0].body)
		}
		if third.Receipt != withdrawn.ID.String() || third.Granted || third.Cause != "decision" || third.Purposes != nil {
			t.Errorf("withdrawal: %s", got[2].body)
		}
	})
}

func TestOnlyWhatIsGrantedIsTold(t *testing.T) {
	onBoth(t, func(t *testing.T, s *stage) {
		r, other := s.receiver(nil), s.receiver(nil)
		s.decide("before it was connected", true)
		s.connect(r, "crm")
		s.connect(other, "mail")
		s.run(s.keeper.Run)
		s.decide("a service alone", true, func(r *consent.Record) { r.Services = map[string]bool{"crm": false} })
		s.decide("nobody was asked", true, func(r *consent.Record) { r.Notice = "another" })
		s.decide("a program", true, func(r *consent.Record) { r.Flags = []string{consent.FlagBot} })
		s.decide("made up", true, func(r *consent.Record) { r.Flags = []string{consent.FlagDemo} })
		last := s.decide("last", true)
		if got := r.await(1); got[0].Data.Subject != last.Subject {
			t.Errorf("told %+v", got)
		}
		if got := other.await(2); types(got)[1] != "granted" {
			t.Errorf("told %+v", got)
		}
	})
}

func TestOfTheRestrictedOnlyWithdrawalsAreTold(t *testing.T) {
	onBoth(t, func(t *testing.T, s *stage) {
		r := s.receiver(nil)
		entry, _ := s.connect(r, "crm")
		s.run(s.keeper.Run)
		restricted := s.decide("restricted", true).Subject
		r.await(1)
		desk := requests.NewDesk(s.front, s.ledger, nil, rights.Eraser{}, s.now)
		if _, err := desk.Open(t.Context(), requests.Asked{Site: site, Subject: restricted, Kind: requests.Restriction, How: requests.Officer}); err != nil {
			t.Fatal(err)
		}
		s.decide("restricted", true)
		s.decide("another", true) // Taken after the change before.
		r.await(2)
		eventually(t, func() bool {
			waiting, err := s.front.Documents(t.Context(), register.Kind("integration-waiting-"+entry.ID), site)
			return err == nil && len(waiting) == 0
		})
		withdrawn := s.decide("restricted", false)
		got := r.await(3)
		if want := []string{"granted", "granted", "withdrawn"}; !slices.Equal(types(got), want) || got[2].Data.Receipt != withdrawn.ID.String() {
			t.Errorf("told %v, want %v", types(got), want)
		}
	})
}

// Each event is told until the receiver takes it, as the same event, and in the visitor's order.
func TestFailuresAreTriedAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, s *stage) {
		broken, well := s.receiver(status(http.StatusInternalServerError)), s.receiver(nil)
		entry, _ := s.connect(broken, "crm")
		s.connect(well, "mail")
		s.run(s.keeper.Run)
		s.decide("one", true)
		broken.await(1)
		well.await(1)
		eventually(t, func() bool { return len(s.told(entry).Recent) == 1 })
		told := s.told(entry)
		if len(told.Waiting) != 1 || told.Waiting[0].Attempts != 1 || told.Recent[0].Reason != integration.Refused || told.Recent[0].Status != 500 {
			t.Fatalf("after a failure: %+v", told)
		}
		s.ahead.Add(int64(time.Minute))
		got := broken.await(2)
		if got[0].id != got[1].id || got[0].body != got[1].body || got[0].at == got[1].at {
			t.Errorf("told again as another: %+v", got)
		}
		s.decide("one", false)
		well.await(2)
		broken.answers(nil)
		s.ahead.Add(int64(time.Hour))
		eventually(t, func() bool { return len(s.told(entry).Waiting) == 0 })
		if got := broken.received(); got[len(got)-1].Type != integration.Withdrawn {
			t.Errorf("the last word was %s", got[len(got)-1].Type)
		}
	})
}

// A withdrawal that could not be delivered is not forgotten over a later grant, and comes before it.
func TestWithdrawalsComeBeforeLaterGrants(t *testing.T) {
	onBoth(t, func(t *testing.T, s *stage) {
		r := s.receiver(nil)
		entry, _ := s.connect(r, "crm")
		s.run(s.keeper.Run)
		s.decide("one", true)
		r.await(1)
		r.answers(status(http.StatusBadGateway))
		s.decide("one", false)
		eventually(t, func() bool { return len(s.told(entry).Recent) == 2 })
		for days := range 4 { // It is tried for three.
			seen := len(r.received())
			s.ahead.Add(int64(26 * time.Hour))
			if days < 3 {
				r.await(seen + 1)
			}
			eventually(t, func() bool { return len(s.told(entry).Dead) == 1 || days < 3 })
		}
		letter := s.told(entry).Dead[0]
		if letter.Type != integration.Withdrawn || letter.Last.Status != 502 {
			t.Errorf("dead letter: %+v", letter)
		}
		r.answers(nil)
		seen := len(r.received())
		s.decide("one", true)
		got := r.await(seen + 2)[seen:]
		if want := []string{"withdrawn", "granted"}; !slices.Equal(types(got), want) {
			t.Errorf("told %v, want %v", types(got), want)
		}
		if told := s.told(entry); len(told.Dead) != 0 {
			t.Errorf("left: %+v", told)
		}
	})
}

func TestDeadLettersAreReplayed(t *testing.T) {
	onBoth(t, func(t *testing.T, s *stage) {
		r := s.receiver(nil)
		entry, _ := s.connect(r, "crm")
		s.run(s.keeper.Run)
		for _, who := range []string{"one", "two", "three"} {
			s.decide(who, true)
		}
		r.await(3)
		r.answers(status(http.StatusGone))
		for _, who := range []string{"one", "two", "three"} {
			s.decide(who, false)
		}
		eventually(t, func() bool { return len(s.told(entry).Dead) == 3 })
		if now, err := s.desk.Get(t.Context(), site, entry.ID); err != nil || now.Value.State != integration.Gone {
			t.Fatalf("after 410: %+v, %v", now, err)
		}
		r.answers(nil)
		seen := len(r.received())
		s.turn(entry, integration.On)
		if n, err := s.desk.Replay(t.Context(), site, entry.ID, s.told(entry).Dead[0].Subject); n != 1 || err != nil {
			t.Fatalf("replayed %d, %v", n, err)
		}
		r.await(seen + 1)
		if n, err := s.desk.Replay(t.Context(), site, entry.ID, ""); n != 2 || err != nil {
			t.Fatalf("replayed %d, %v", n, err)
		}
		r.await(seen + 3)
		eventually(t, func() bool { told := s.told(entry); return len(told.Dead)+len(told.Waiting) == 0 })
		eventually(t, func() bool {
			delivered, failed, givenUp := s.keeper.Attempts()
			return delivered == 6 && failed == 3 && givenUp == 3
		})
	})
}

func TestExpiryAndErasureWithdraw(t *testing.T) {
	onBoth(t, func(t *testing.T, s *stage) {
		r := s.receiver(nil)
		s.connect(r, "crm")
		s.run(s.keeper.Run)
		erased, expiring := s.decide("erased", true), s.decide("expiring", true)
		r.await(2)
		if err := s.keeper.Forget(t.Context(), site, erased.Subject); err != nil {
			t.Fatal(err)
		}
		if got := r.await(3)[2]; got.Data.Cause != "erased" || got.Data.Subject != erased.Subject || got.Data.Receipt != erased.ID.String() {
			t.Errorf("erased: %s", got.body)
		}
		s.ahead.Add(int64(181 * 24 * time.Hour))
		if got := r.await(4)[3]; got.Data.Cause != "expired" || got.Data.Subject != expiring.Subject {
			t.Errorf("expired: %s", got.body)
		}
	})
}

// While an integration is off no grant is told, and withdrawals are.
func TestSwitchedOffWithdrawalsAreTold(t *testing.T) {
	onBoth(t, func(t *testing.T, s *stage) {
		r := s.receiver(nil)
		entry, _ := s.connect(r, "crm")
		s.run(s.keeper.Run)
		s.decide("one", true)
		r.await(1)
		s.turn(entry, integration.Off)
		s.decide("two", true)
		s.decide("one", false)
		r.await(2)
		s.turn(entry, integration.On)
		s.decide("three", true)
		if got := types(r.await(3)); !slices.Equal(got, []string{"granted", "withdrawn", "granted"}) {
			t.Errorf("told %v", got)
		}
		if err := s.desk.Remove(t.Context(), site, entry.ID); err != nil {
			t.Fatal(err)
		}
		eventually(t, func() bool {
			kinds, err := s.front.Kinds(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return !slices.ContainsFunc(kinds, func(k register.Kind) bool { return k != "integration-lease" })
		})
	})
}

// What was sent and not written down is sent again, as the same event: by the next keeper, after this one was cut off.
func TestWhatWasUnderWayIsToldAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, s *stage) {
		release := make(chan struct{})
		r := s.receiver(func(_ http.ResponseWriter, r *http.Request) { <-release })
		s.connect(r, "crm")
		stop := s.run(s.keeper.Run)
		for _, who := range []string{"one", "two", "three"} {
			s.decide(who, true)
		}
		before := r.await(3)
		stop()
		close(release)
		r.answers(nil)
		s.run(s.open().Run)
		after := r.await(6)[3:]
		for _, one := range before {
			if !slices.ContainsFunc(after, func(d delivery) bool { return d.id == one.id && d.body == one.body }) {
				t.Errorf("%s was not told again", one.id)
			}
		}
	})
}

// Of several keepers on one store one tells, and another one goes on when it is gone.
func TestOneKeeperOfSeveralTells(t *testing.T) {
	s := shipped(t)
	r := s.receiver(nil)
	s.connect(r, "crm")
	stop := s.run(s.keeper.Run)
	s.decide("one", true)
	r.await(1)
	s.run(s.open().Run)
	s.run(s.open().Run)
	s.decide("two", true)
	r.await(2)
	stop()
	s.decide("three", true)
	s.decide("one", false)
	got := r.await(4)
	ids := map[string]bool{}
	for _, one := range got {
		ids[one.id] = true
	}
	if len(got) != 4 || len(ids) != 4 {
		t.Errorf("told %d deliveries of %d events", len(got), len(ids))
	}
}

// Decisions that are shipped again, such as by a server that was thought dead, tell nothing new.
func TestShippedAgainTellsNothing(t *testing.T) {
	s := shipped(t)
	r := s.receiver(nil)
	s.connect(r, "crm")
	s.run(s.keeper.Run)
	granted := s.decide("one", true)
	r.await(1)
	withdrawn := s.decide("one", false)
	r.await(2)
	tap := integration.Tap{Ledger: s.ledger, Keeper: s.keeper}
	for _, again := range [][]consent.Record{{granted}, {granted, withdrawn}} {
		if err := tap.Append(t.Context(), shipping.Batch{Token: again[0].ID.String() + strconv.Itoa(len(again)), Records: again}); err != nil {
			t.Fatal(err)
		}
	}
	s.decide("two", true)
	if got := types(r.await(3)); !slices.Equal(got, []string{"granted", "withdrawn", "granted"}) {
		t.Errorf("told %v", got)
	}
}

// All that was decided before a keeper ends is in the register, which moves and backups carry.
func TestAKeeperThatEndsHasTakenAll(t *testing.T) {
	s := embedded(t)
	r := s.receiver(status(http.StatusServiceUnavailable))
	entry, _ := s.connect(r, "crm")
	stop := s.run(s.keeper.Run)
	s.decide("one", true)
	eventually(t, func() bool { return len(s.told(entry).Waiting) == 1 })
	for i := range 20 {
		s.decide("another "+strconv.Itoa(i), true)
	}
	stop()
	if told := s.told(entry); len(told.Waiting) != 21 {
		t.Errorf("%d of 21 wait", len(told.Waiting))
	}
}
