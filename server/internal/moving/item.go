package moving

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"assent/schemas"
	"assent/server/internal/account"
	"assent/server/internal/consent"
	"assent/server/internal/sighting"
)

// Kinds of what is kept, as sums and manifests name them.
const (
	Decisions = "decisions"
	Sites     = "sites"
	Notices   = "notices"
	Scripts   = "scripts"
	Users     = "users"

	Publications = "publications"
	Drafts       = "drafts"
	Sightings    = "sightings"
	SigningKeys  = "signing keys"
	Register     = "register"
)

// Item is one thing that a tier keeps. Exactly one member is set. Its JSON is the line of a backup and, because equal
// items have equal JSON, what sums are made of.
type Item struct {
	Decision *decision     `json:"decision,omitempty"`
	Site     *schemas.Site `json:"site,omitempty"`
	Notice   *document     `json:"notice,omitempty"`
	Script   *document     `json:"script,omitempty"`
	User     *user         `json:"user,omitempty"`
	Sighting *sighted      `json:"sighting,omitempty"`
	Exposure *exposed      `json:"exposure,omitempty"`

	Publication *publication `json:"publication,omitempty"`
	Draft       *draft       `json:"draft,omitempty"`
	Registered  *registered  `json:"registered,omitempty"`

	SigningKey json.RawMessage `json:"signingKey,omitempty"` // As evidence.Key encodes it, its private half too.
}

// decision is a consent.Record as backups have it.
type decision struct {
	ID           uuid.UUID       `json:"id"`
	Site         string          `json:"site"`
	Subject      string          `json:"subject"`
	Notice       string          `json:"notice"`
	Action       string          `json:"action"`
	Purposes     map[string]bool `json:"purposes,omitempty"`
	Services     map[string]bool `json:"services,omitempty"`
	Source       string          `json:"source"`
	Synthetic    bool            `json:"synthetic,omitempty"`
	Locale       string          `json:"locale,omitempty"`
	Page         string          `json:"page,omitempty"`
	DecidedAt    time.Time       `json:"decidedAt,omitzero"`
	RecordedAt   time.Time       `json:"recordedAt"`
	LifetimeDays int             `json:"lifetimeDays"`
	Flags        []string        `json:"flags,omitempty"`
	Regime       string          `json:"regime"`
	Removed      []string        `json:"removed,omitempty"`
	Country      string          `json:"country,omitempty"`
	Device       string          `json:"device,omitempty"`
	Browser      string          `json:"browser,omitempty"`
	Waited       int             `json:"waited,omitempty"`
}

// publication is that a site published a notice.
type publication struct {
	Site string `json:"site"`
	schemas.Publication
}

func utc(p schemas.Publication) schemas.Publication {
	p.At, p.AnnouncedAt = p.At.UTC(), p.AnnouncedAt.UTC()
	return p
}

// draft is a site's next notice. Its revision counts the changes in one store and is 0 here.
type draft struct {
	Site string `json:"site"`
	schemas.Draft
}

func draftItem(site string, d schemas.Draft) Item {
	d.Revision, d.At = 0, d.At.UTC()
	return Item{Draft: &draft{Site: site, Draft: d}}
}

// user is an account.User as backups have it.
type user struct {
	Email        string            `json:"email"`
	PasswordHash string            `json:"passwordHash"`
	Role         string            `json:"role"`
	Sites        map[string]string `json:"sites,omitempty"` // Site to role.
	CreatedAt    time.Time         `json:"createdAt"`
	Generation   int64             `json:"generation,omitempty"`
	Factors      *account.Factors  `json:"factors,omitempty"`
	Binding      *binding          `json:"binding,omitempty"`
}

// binding is an account.Binding as backups have it, without what was spent, which is over within minutes.
type binding struct {
	Issuer  string `json:"issuer"`
	Subject string `json:"subject"`
}

func (u user) account() account.User {
	user := account.User{Email: u.Email, PasswordHash: u.PasswordHash, Roles: account.Roles{Role: u.Role, Sites: u.Sites},
		CreatedAt: u.CreatedAt, Generation: u.Generation}
	if u.Binding != nil {
		user.Binding = &account.Binding{Issuer: u.Binding.Issuer, Subject: u.Binding.Subject}
	}
	return user
}

// document is a Document as backups have it: the body in base64, because its bytes are what it is known by.
type document struct {
	Site string `json:"site"`
	Name string `json:"name"`
	Body []byte `json:"body"`
}

// sighted is a sighting.Count as backups have it.
type sighted struct {
	Site    string `json:"site"`
	Day     string `json:"day"`
	Host    string `json:"host"`
	Kind    string `json:"kind"`
	Service string `json:"service,omitempty"`
	Pages   int    `json:"pages"`
}

func itemOf(record consent.Record) Item {
	record.DecidedAt, record.RecordedAt = record.DecidedAt.UTC(), record.RecordedAt.UTC()
	of := decision(record)
	return Item{Decision: &of}
}

func userItem(u account.User, roster account.Roster) Item {
	item := &user{Email: u.Email, PasswordHash: u.PasswordHash, Role: u.Role, Sites: u.Sites,
		CreatedAt: u.CreatedAt.UTC(), Generation: u.Generation}
	if u.Binding != nil {
		item.Binding = &binding{Issuer: u.Binding.Issuer, Subject: u.Binding.Subject}
	}
	if factors, any := roster.Factors[u.Email]; any {
		item.Factors = &factors
	}
	return Item{User: item}
}

func sightingItem(c sighting.Count) Item {
	return Item{Sighting: &sighted{Site: c.Site, Day: c.Day, Host: c.Host, Kind: c.Kind, Service: c.Service, Pages: c.Pages}}
}

func (s sighted) count() sighting.Count {
	return sighting.Count{Key: sighting.Key{Site: s.Site, Day: s.Day, Host: s.Host, Kind: s.Kind, Service: s.Service}, Pages: s.Pages}
}

// kind names what the item is, or says that it is nothing that this version knows.
func (i Item) kind() (string, error) {
	kinds := map[string]bool{
		Decisions: i.Decision != nil, Sites: i.Site != nil, Notices: i.Notice != nil,
		Scripts: i.Script != nil, Users: i.User != nil, Sightings: i.Sighting != nil, Exposures: i.Exposure != nil,
		SigningKeys: i.SigningKey != nil, Publications: i.Publication != nil, Drafts: i.Draft != nil,
		Register: i.Registered != nil,
	}
	found := ""
	for kind, is := range kinds {
		if is && found != "" {
			return "", fmt.Errorf("it is %s and %s at once", found, kind)
		}
		if is {
			found = kind
		}
	}
	if found == "" {
		return "", fmt.Errorf("it is nothing that this version of assent knows")
	}
	return found, nil
}

func (i Item) encode() ([]byte, error) {
	line, err := json.Marshal(i)
	if err != nil {
		return nil, fmt.Errorf("encode item: %w", err)
	}
	return line, nil
}
