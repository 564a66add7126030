package schemas

import (
	"strconv"
	"strings"
	"time"
)

// RedisShards is the number of virtual shards of choices and outbox. It is part of the data: it never changes.
//
// 64 keeps one big site from being one hot slot, and batches long enough to be worth one stream entry.
const RedisShards = 64

// How long Redis keeps what it could forget.
const (
	// OutboxRetention is how long an entry stays after it was shipped: longer than ClickHouse takes to write to disk
	// what it has acknowledged.
	OutboxRetention = 15 * time.Minute
	// ChoiceMinimum is the least time that a choice is kept, be it expired already: retries must find its id. What is
	// kept is forgotten at the end of a day.
	ChoiceMinimum = 24 * time.Hour
	// ErasureMemory is how long it is remembered, without a name, until when a subject was erased. A spool that is handed
	// over within that time brings nothing back.
	ErasureMemory = 400 * 24 * time.Hour
)

// Fields of the hash at CursorKey; one letter, because there is one per shard and they travel with each look. Fields of
// five bytes are names of templates: what many decisions of the shard have in common.
const (
	CursorField = "c" // Last stream id that the ledger has.
	FrozenFrom  = "f" // First and last stream id and SHA-256 of the batch that is on its way.
	FrozenTo    = "t"
	FrozenHash  = "h"
	AddedRows   = "n" // Rows ever put into the outbox, and those of them that were shipped.
	ShippedRows = "s"
	WaitingFrom = "w" // Milliseconds since 1970 at which the oldest waiting entry was put in; absent when none is.
	RefusedRows = "r" // Dead letters ever kept.
	RetriedRows = "d" // Retries that were answered while replicas are waited for.
	LoggedTo    = "g" // Last stream id that the log of decisions has taken; absent while none is kept.
	Overtaken   = "o" // Set when entries were forgotten, for want of memory, that the log has not taken.

	LayoutField  = "v" // Version of all packed values of the shard; absent while it is empty, and in the first layout.
	BucketsField = "b" // Buckets that the shard's choices are in; absent means one.
	SweptField   = "p" // The bucket that is looked through next for choices to forget,
	SweptRows    = "m" // and AddedRows when the last one was.

	ErasedUntil = "e" // The greatest time, in microseconds since 1970, that anything at ErasuresKey has; absent when nothing is there.
)

// Fields of the entries at OutboxKey and DeadLetterKey.
const (
	BatchField  = "b" // The packed records.
	ReasonField = "e" // Why the ledger refused.
)

// RedisShard returns the shard of a subject, from 0 to RedisShards-1: FNV-1a of "length of site:site subject".
func RedisShard(site, subject string) int {
	const offset, prime = 14695981039346656037, 1099511628211
	sum := uint64(offset)
	for _, s := range []string{strconv.Itoa(len(site)), ":", site, subject} {
		for i := range len(s) {
			sum = (sum ^ uint64(s[i])) * prime
		}
	}
	// The high half takes part, because the low bits of FNV alone mix poorly.
	return int((sum ^ sum>>32) % RedisShards)
}

// BucketKey is the hash of about fifty current choices, subject's hash to packed choice. A key for each would take more
// than the choice. It shares the slot of its shard's outbox.
func BucketKey(shard int, place uint32) string {
	return "c:" + tag(shard) + ":" + strconv.FormatUint(uint64(place), 10)
}

// ApartKey holds the template of a choice whose shard has no name for it.
func ApartKey(shard int, subject string) string { return "a:" + tag(shard) + ":" + subject }

// PastKey is the hash of the ids that ceased to be the choice's on a day, in days since 1970.
func PastKey(shard int, day int64) string {
	return "i:" + tag(shard) + ":" + strconv.FormatInt(day, 10)
}

// OutboxKey is the stream of a shard's recorded decisions.
func OutboxKey(shard int) string { return "o:" + tag(shard) }

// CursorKey is the hash of what a shard holds and how far it has been shipped.
func CursorKey(shard int) string { return "q:" + tag(shard) }

// LeaseKey names the one process that ships a shard.
func LeaseKey(shard int) string { return "l:" + tag(shard) }

// DeadLetterKey is the stream of a shard's decisions that the ledger will never take.
func DeadLetterKey(shard int) string { return "x:" + tag(shard) }

// ErasuresKey is the hash of a shard's subjects that were erased, or are being, subject's hash to until when and what is left
// to do (see redisstore).
func ErasuresKey(shard int) string { return "e:" + tag(shard) }

// MigrationKey names the one process that may change the ledger's tables.
func MigrationKey() string { return "m:{migration}" }

// SitesKey is the hash of all sites, id to site.schema.json.
func SitesKey() string { return "s:{sites}" }

// RevisionKey counts the changes to any site. It shares the slot of SitesKey.
func RevisionKey() string { return "r:{sites}" }

// PublicationsKey is the list of what a site published, oldest first. It shares the slot of SitesKey.
func PublicationsKey(site string) string { return "j:{sites}:" + site }

// DraftKey holds a site's draft.
func DraftKey(site string) string { return "z:" + site }

// NoticeKey holds a published notice.
func NoticeKey(site, id string) string { return "n:" + pair(site, id) }

// ScriptKey holds a built script.
func ScriptKey(site, hash string) string { return "b:" + pair(site, hash) }

// UsersKey is the hash of the dashboard's users, lower-case address to JSON.
func UsersKey() string { return "u:{users}" }

// TicketKey holds the right to create the owner. It shares the slot of UsersKey.
func TicketKey() string { return "t:{users}" }

// InvitationsKey is the hash of open invitations, hash of the link's token to JSON. It shares the slot of UsersKey.
func InvitationsKey() string { return "p:{users}" }

// TokensKey is the hash of API tokens, hash of the value to JSON. It shares the slot of UsersKey.
func TokensKey() string { return "m:{users}" }

// FactorsKey is the hash of what users sign in with beside passwords, lower-case address to JSON. It shares the slot of
// UsersKey.
func FactorsKey() string { return "k:{users}" }

// SessionKey holds a dashboard session; token is the hash of the cookie's.
func SessionKey(token string) string { return "k:" + token }

// MarkKey holds how far a move of data has come.
func MarkKey(name string) string { return "m:mark:" + name }

// SessionsKey is the sorted set of a user's sessions, their keys' tokens by when they expire. No token has a colon.
func SessionsKey(user string) string { return "k:of:" + user }

// ActsKey is the stream of what everybody who can sign in did. Only the oldest are removed, by age.
func ActsKey() string { return "w:{acts}" }

// SightingsKey is the hash of what a site's pages met on a day, kind:service:host to page views. It shares the slot of
// SightedKey.
func SightingsKey(site, day string) string { return "g:{" + site + "}:" + day }

// SightedKey is the sorted set of a site's sighted hosts by the last day each was seen, in days since 1970.
func SightedKey(site string) string { return "h:{" + site + "}" }

// DayKeyKey holds the key that all instances share for a day.
func DayKeyKey(day string) string { return "d:" + day }

// SigningKeysKey is the hash of the keys that receipts are signed with, their places from 0 to JSON. Nothing is removed.
func SigningKeysKey() string { return "y:{signing}" }

// WitnessedKey is the hash of the checkpoints of other deployments' logs that were cosigned last, by the log's name, and of
// what the witness's key is made of. It is no cache.
func WitnessedKey() string { return "w:{witnessed}" }

// TranscriptKey is the hash of how far the log of decisions has come: its key, size, head, and the addition that is on its way.
func TranscriptKey() string { return "w:{log}" }

// TombstonesKey is the list of tombstones that wait to enter the log. It shares the slot of TranscriptKey.
func TombstonesKey() string { return "t:{log}" }

// WitnessSeedField is no log's name, which has no space.
const WitnessSeedField = " seed"

// RegisterKey is the hash of a site's documents of a kind, their ids to revision, time when due and text (see redisstore). All
// registers share one slot.
func RegisterKey(kind, site string) string { return "d:{register}:" + kind + ":" + site }

// RegisterDueKey is the sorted set of what is due of a kind, by milliseconds since 1970; RegisterName makes its members.
func RegisterDueKey(kind string) string { return "e:{register}:" + kind }

// RegistersKey is the set of "kind:site" of which there are documents.
func RegistersKey() string { return "a:{register}" }

// RegisterName is the member of RegisterDueKey for a document.
func RegisterName(site, id string) string { return pair(site, id) }

// RegisterNames is the reverse of RegisterName; false when it has not made the name.
func RegisterNames(name string) (site, id string, ok bool) { return unpair(name) }

// LimitKey holds until when a network has paid back what it took, in microseconds since 1970; name is a keyed hash of the
// network. It lives for that long, a minute or so.
func LimitKey(name string) string { return "f:" + name }

// VisitorsKey is the set of who was counted on a site's day (YYYY-MM-DD): hashes under that day's key. It lives for two days.
func VisitorsKey(site, day string) string { return "v:{" + site + "}:" + day }

func tag(shard int) string {
	if shard < 10 {
		return "{v0" + strconv.Itoa(shard) + "}"
	}
	return "{v" + strconv.Itoa(shard) + "}"
}

// DocumentKeys is the pattern (SCAN MATCH) of all keys that NoticeKey, or ScriptKey, makes.
func DocumentKeys(key func(site, name string) string) string { return key("", "")[:len("n:")] + "*" }

// DocumentNames is the reverse of NoticeKey and ScriptKey; false when neither has made the key.
func DocumentNames(key string) (site, name string, ok bool) {
	_, rest, _ := strings.Cut(key, ":")
	return unpair(rest)
}

// pair joins two names so that no other two join to the same: names may hold a colon.
func pair(a, b string) string { return strconv.Itoa(len(a)) + ":" + a + ":" + b }

// unpair is the reverse of pair; false when it has not joined them.
func unpair(joined string) (a, b string, ok bool) {
	digits, rest, _ := strings.Cut(joined, ":")
	length, err := strconv.Atoi(digits)
	if err != nil || length < 0 || length >= len(rest) || rest[length] != ':' {
		return "", "", false
	}
	return rest[:length], rest[length+1:], true
}
