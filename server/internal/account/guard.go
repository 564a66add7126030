package account

import (
	"container/list"
	"fmt"
	"net/netip"
	"sync"
	"time"
)

// Limits of guessing. They hold per process and are forgotten at a restart; argon2id bounds the rest.
const (
	pairAllowance    = 5  // Failures of one address at one account before it has to wait.
	addressAllowance = 20 // Failures of one address at all accounts, so that it cannot walk through a list of them.
	codeAllowance    = 20 // Wrong codes at one account from wherever, since an app's code has six digits only.
	longestWait      = 15 * time.Minute
	guardEntries     = 8192 // About 2 MB. The least recently used is forgotten first: a flood frees, it never locks.
)

// BackoffError asks the client to wait.
type BackoffError struct {
	RetryAfter time.Duration // Whole seconds.
}

// Error says how long.
func (e *BackoffError) Error() string {
	return fmt.Sprintf("too many attempts: wait %s", e.RetryAfter)
}

// guard slows guessing down. It counts by address and by pair of address and account, never by account alone:
// otherwise anybody who knows the owner's e-mail address could lock the owner out (ASVS 6.3.1).
type guard struct {
	now     func() time.Time
	mu      sync.Mutex
	entries map[guardKey]*list.Element
	recent  *list.List // Of *failures, most recently used first.
}

type guardKey struct{ email, address string }

type failures struct {
	key      guardKey
	count    int
	notUntil time.Time
}

// attempt is one begun attempt. It counts as a failure until succeeded is called, so that a thousand attempts at once
// are not a thousand free ones.
type attempt struct {
	guard         *guard
	pair, address guardKey
}

func newGuard(now func() time.Time) *guard {
	return &guard{now: now, entries: map[guardKey]*list.Element{}, recent: list.New()}
}

// begin counts an attempt, or returns *BackoffError when the client has to wait. An attempt while waiting does not make
// the wait longer.
func (g *guard) begin(email, address string) (*attempt, error) {
	network := networkOf(address)
	a := &attempt{guard: g, pair: guardKey{email, network}, address: guardKey{"*", network}}
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	pair, all := g.entry(a.pair), g.entry(a.address)
	if wait := max(pair.notUntil.Sub(now), all.notUntil.Sub(now)); wait > 0 {
		return nil, backoff(wait)
	}
	pair.failed(now, pairAllowance)
	all.failed(now, addressAllowance)
	return a, nil
}

// beginCode counts an attempt with a code at an account, whichever address it comes from: whoever has many addresses would
// have that many times the guesses. Only who has taken the first step gets here, so that no stranger makes the owner wait.
func (g *guard) beginCode(email string) (succeeded func(), err error) {
	key := guardKey{email, "*"}
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	all := g.entry(key)
	if wait := all.notUntil.Sub(now); wait > 0 {
		return nil, backoff(wait)
	}
	all.failed(now, codeAllowance)
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		*g.entry(key) = failures{key: key}
	}, nil
}

func backoff(wait time.Duration) *BackoffError {
	return &BackoffError{RetryAfter: (wait + time.Second - 1).Truncate(time.Second)}
}

// succeeded forgets the pair's failures and takes this attempt back from the address: only that one, or somebody with
// an account of their own could keep guessing at the others.
func (a *attempt) succeeded() {
	g := a.guard
	g.mu.Lock()
	defer g.mu.Unlock()
	*g.entry(a.pair) = failures{key: a.pair}
	g.entry(a.address).takeBack(addressAllowance)
}

// takeBack counts the attempt as none, and leaves the others as they are.
func (a *attempt) takeBack() {
	g := a.guard
	g.mu.Lock()
	defer g.mu.Unlock()
	g.entry(a.pair).takeBack(pairAllowance)
	g.entry(a.address).takeBack(addressAllowance)
}

func (f *failures) takeBack(allowance int) {
	f.count = max(f.count-1, 0)
	if f.count < allowance {
		f.notUntil = time.Time{}
	}
}

// entry finds or makes the entry of a key and marks it as used.
func (g *guard) entry(key guardKey) *failures {
	if element, ok := g.entries[key]; ok {
		g.recent.MoveToFront(element)
		return element.Value.(*failures)
	}
	if g.recent.Len() >= guardEntries {
		oldest := g.recent.Back()
		delete(g.entries, oldest.Value.(*failures).key)
		g.recent.Remove(oldest)
	}
	fresh := &failures{key: key}
	g.entries[key] = g.recent.PushFront(fresh)
	return fresh
}

// failed counts one more failure: past the allowance the wait doubles from one second.
func (f *failures) failed(now time.Time, allowance int) {
	if !f.notUntil.IsZero() && now.Sub(f.notUntil) > longestWait {
		f.count = 0
	}
	f.count++
	wait := time.Duration(0)
	if beyond := f.count - allowance; beyond >= 0 {
		wait = min(time.Second<<min(beyond, 20), longestWait)
	}
	f.notUntil = now.Add(wait)
}

// networkOf is what one client can choose from: an IPv4 address, or the /64 of an IPv6 one.
func networkOf(address string) string {
	parsed, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	parsed = parsed.Unmap().WithZone("")
	if parsed.Is4() {
		return parsed.String()
	}
	prefix, err := parsed.Prefix(64)
	if err != nil {
		return address
	}
	return prefix.String()
}
