package schemas_test

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"testing"

	"assent/schemas"
)

// taken are the steps that databases in the field have taken, by the hash of their text. A step is never changed, since
// those would not take it again: a change is a new step, with a line of its own here.
var taken = map[string]string{
	"clickhouse/0001_decisions.sql":          "bbb699f0f5538119",
	"clickhouse/0002_compact.sql":            "a9d6b2d9ed49fb62",
	"clickhouse/0003_regime.sql":             "66e74bf17d4ebfe6",
	"clickhouse/0004_compact_regime.sql":     "b7a777e4770dffd6",
	"clickhouse/0005_codecs.sql":             "7ad0095816d1f78b",
	"clickhouse/0006_dimensions.sql":         "22f7948974e23058",
	"clickhouse/0007_compact_dimensions.sql": "bc8ff4922500c209",
	"clickhouse/0008_exposures.sql":          "8ade3661a411eaf4",
	"clickhouse/0009_log.sql":                "c7f25921c1eed2e4",
	"clickhouse/0010_log_on_disk.sql":        "07d3d4d56727e0c8",
	"clickhouse/0011_old_parts.sql":          "55e881f1ddbf1d2b",
	"clickhouse/0012_answer.sql":             "4a776cba9318cda1",
	"embedded/0001_init.sql":                 "bfd86969d8df6790",
	"embedded/0002_sightings.sql":            "bbda0d1b2c039817",
	"embedded/0003_regime.sql":               "40b5537007a5bf25",
	"embedded/0004_by_subject.sql":           "d4a23cc107ab83ba",
	"embedded/0005_rates.sql":                "2c0ebfce7b1de93e",
	"embedded/0006_people.sql":               "b0782b6a2f8e0d11",
	"embedded/0007_notices.sql":              "52884057e029d1f3",
	"embedded/0008_log.sql":                  "de7075117915433e",
	"embedded/0009_erasures.sql":             "e6a6ce114cada26d",
	"embedded/0010_register.sql":             "ada81286faf66a12",
	"embedded/0011_orders.sql":               "20730e6f41fb9bbd",
}

func TestStepsThatWereTakenStayAsTheyWere(t *testing.T) {
	found := map[string]string{}
	for _, store := range []string{"embedded", "clickhouse"} {
		steps, err := schemas.Migrations(store)
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range steps {
			hash := sha256.Sum256([]byte(step.SQL))
			found[store+"/"+step.Name] = hex.EncodeToString(hash[:8])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if found[name] != taken[name] {
			t.Errorf("%s is %q, want %q: write a new step instead", name, found[name], taken[name])
		}
	}
	for name := range taken {
		if found[name] == "" {
			t.Errorf("%s is gone", name)
		}
	}
}
