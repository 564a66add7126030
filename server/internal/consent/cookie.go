package consent

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"assent/schemas"
)

// CookieName is that of the visitor's current choice. The script writes it, and this server where it may, because
// Safari forgets what a script wrote after seven days.
const CookieName = "assent"

// CookieLimit is the longest value of the cookie: with its name 200 bytes, so that it costs each request little.
const CookieLimit = 200 - len(CookieName+"=")

// mostMarks is how many services can have a mark of their own without filling the cookie.
const mostMarks = 24

// SilenceGrants reports whether what a visitor has not answered counts as granted under a regime.
func SilenceGrants(regime string) bool { return regime == OptOut || regime == NoticeOnly }

// Marks returns four characters per optional service, by its id, that stand for who receives what where: id, purpose,
// provider and country. A choice names the marks of whom it grants; one that is missing there has to be asked for. Of
// more services than the cookie has room for, those of one purpose share a mark, so that any change among them counts.
func Marks(n schemas.Notice) (map[string]string, error) {
	about := map[string][]any{}
	services := optionalServices(n)
	key := func(s schemas.Service) string {
		if len(services) > mostMarks {
			return s.Purpose
		}
		return s.ID
	}
	for _, s := range services {
		about[key(s)] = append(about[key(s)], []string{s.ID, s.Purpose, s.Provider, s.Country})
	}
	marks := map[string]string{}
	for _, s := range services {
		text, err := json.Marshal(about[key(s)])
		if err != nil {
			return nil, fmt.Errorf("mark service %s: %w", s.ID, err)
		}
		sum := sha256.Sum256(text)
		// The cookie's grammar separates by dots, which base64url does not contain.
		marks[s.ID] = base64.RawURLEncoding.EncodeToString(sum[:3])
	}
	return marks, nil
}

func optionalServices(n schemas.Notice) []schemas.Service {
	return slices.DeleteFunc(slices.Clone(n.Services), func(s schemas.Service) bool { return s.Purpose == Essential })
}

// Cookie returns the value of the cookie after r, which was decided on n, exactly as the script writes it
// (snippet/src/codec.ts says what it means). False for a signal, which leaves standing what only the browser knows.
func Cookie(r Record, n schemas.Notice) (value string, ok bool, err error) {
	marks, err := Marks(n)
	if err != nil || r.Action == Signal {
		return "", false, err
	}
	var granted, purposes, services []string
	for _, s := range optionalServices(n) {
		yes, apart := r.Services[s.ID]
		if !apart {
			yes = r.Purposes[s.Purpose]
		}
		if yes && !slices.Contains(granted, marks[s.ID]) {
			granted = append(granted, marks[s.ID])
		}
		if apart && yes {
			services = append(services, s.ID+":1")
		}
	}
	for _, p := range n.Purposes {
		if answer, answered := r.Purposes[p.ID]; answered && p.ID != Essential {
			purposes = append(purposes, p.ID+":"+map[bool]string{true: "1", false: "0"}[answer])
		}
	}
	version := "1"
	if SilenceGrants(r.Regime) {
		version = "2"
	}
	head := []string{version, strings.Join(granted, ""), strconv.FormatInt(r.ClaimedAt().Unix(), 36), r.Subject}
	for _, items := range [][]string{slices.Concat(purposes, services), purposes, nil} {
		if value = strings.Join(slices.Concat(head, items), "."); len(value) <= CookieLimit {
			break
		}
	}
	return value, true, nil
}

// ClaimedAt is when the visitor decided, by the client's clock if it told.
func (r Record) ClaimedAt() time.Time {
	if r.DecidedAt.IsZero() {
		return r.RecordedAt
	}
	return r.DecidedAt
}
