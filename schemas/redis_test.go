package schemas_test

import (
	"fmt"
	"math"
	"testing"

	"assent/schemas"
)

// TestRedisKeys pins the layout: a renamed key would orphan the data of every server in the field.
func TestRedisKeys(t *testing.T) {
	golden := map[string]string{
		schemas.BucketKey(7, 4294967295):  "c:{v07}:4294967295",
		schemas.ApartKey(8, "\x00bytes"):  "a:{v08}:\x00bytes",
		schemas.PastKey(63, 20782):        "i:{v63}:20782",
		schemas.OutboxKey(0):              "o:{v00}",
		schemas.CursorKey(9):              "q:{v09}",
		schemas.LeaseKey(10):              "l:{v10}",
		schemas.DeadLetterKey(63):         "x:{v63}",
		schemas.ErasuresKey(5):            "e:{v05}",
		schemas.MigrationKey():            "m:{migration}",
		schemas.SitesKey():                "s:{sites}",
		schemas.RevisionKey():             "r:{sites}",
		schemas.PublicationsKey("shop1"):  "j:{sites}:shop1",
		schemas.DraftKey("shop1"):         "z:shop1",
		schemas.NoticeKey("shop1", "abc"): "n:5:shop1:abc",
		schemas.ScriptKey("shop1", "abc"): "b:5:shop1:abc",
		schemas.UsersKey():                "u:{users}",
		schemas.TicketKey():               "t:{users}",
		schemas.InvitationsKey():          "p:{users}",
		schemas.TokensKey():               "m:{users}",
		schemas.FactorsKey():              "k:{users}",
		schemas.SessionKey("abc"):         "k:abc",
		schemas.SessionsKey("abc"):        "k:of:abc",
		schemas.ActsKey():                 "w:{acts}",
		schemas.SightedKey("shop1"):       "h:{shop1}",
		schemas.DayKeyKey("2026-11-25"):   "d:2026-11-25",
		schemas.LimitKey("abc"):           "f:abc",
		schemas.SigningKeysKey():          "y:{signing}",
		schemas.WitnessedKey():            "w:{witnessed}",
		schemas.TranscriptKey():           "w:{log}",
		schemas.TombstonesKey():           "t:{log}",
		schemas.RegistersKey():            "a:{register}",
		schemas.RegisterDueKey("hold"):    "e:{register}:hold",
		schemas.RegisterName("a:b", "c"):  "3:a:b:c",

		schemas.RegisterKey("hold", "shop1"): "d:{register}:hold:shop1",

		schemas.VisitorsKey("shop1", "2026-11-25"): "v:{shop1}:2026-11-25",

		schemas.SightingsKey("shop1", "2026-11-24"): "g:{shop1}:2026-11-24",

		schemas.ScriptKey("shop1:a", "bc"): "b:7:shop1:a:bc",
		schemas.ScriptKey("shop1", "a:bc"): "b:5:shop1:a:bc",
	}
	for got, want := range golden {
		if got != want {
			t.Errorf("key %q, want %q", got, want)
		}
	}
}

func TestRedisShard(t *testing.T) {
	golden := map[[2]string]int{{"shop1", "Zm9vYmFyYmF6cXV4cXV1eA"}: 32, {"shop2", "Zm9vYmFyYmF6cXV4cXV1eA"}: 27, {"", ""}: 40}
	for names, want := range golden {
		if got := schemas.RedisShard(names[0], names[1]); got != want {
			t.Errorf("RedisShard(%q, %q) = %d, want %d: moving a shard orphans its data", names[0], names[1], got, want)
		}
	}
}

// TestRedisShardsAreEven keeps one shard from becoming a hot slot: 64,000 visitors of one site, a thousand a shard, of
// which five standard deviations are about 160.
func TestRedisShardsAreEven(t *testing.T) {
	var count [schemas.RedisShards]int
	for i := range 1000 * schemas.RedisShards {
		count[schemas.RedisShard("shop1", fmt.Sprintf("subject-%d", i))]++
	}
	for shard, n := range count {
		if math.Abs(float64(n)-1000) > 160 {
			t.Errorf("shard %d has %d of 64,000 visitors", shard, n)
		}
	}
}
