package transfer_test

import (
	"slices"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/transfer"
)

const changing = `{"decisions":[
	{"country":"GB","act":"first","from":"2021-06-28","until":"2025-06-27"},
	{"country":"GB","act":"second","from":"2025-06-28","until":"2026-11-30"},
	{"country":"JP","act":"one","from":"2019-01-23","until":"2026-11-30"},
	{"country":"JP","act":"two","from":"2027-01-01"},
	{"country":"CH","act":"old","from":"2000-07-26","until":"2026-11-30"},
	{"country":"CH","act":"new","from":"2026-12-01"},
	{"country":"US","act":"limited","from":"2023-07-10","until":"2026-11-30","scope":{"en":"certified recipients only"}},
	{"country":"NZ","act":"lasting","from":"2012-12-19"}]}`

func to(country, safeguard string) schemas.Service {
	return schemas.Service{ID: "own", Purpose: "marketing", Country: country, Safeguard: safeguard}
}

func TestAServiceIsSuspendedFromWhenWhatItsTransferRestsOnHasEnded(t *testing.T) {
	list, err := transfer.Parse([]byte(changing))
	if err != nil {
		t.Fatal(err)
	}
	essential := to("GB", "adequacy")
	essential.Purpose = "essential"
	const never = ""
	for name, c := range map[string]struct {
		service schemas.Service
		from    string // First day on which it is suspended.
		until   string // First day on which it is not any more.
	}{
		"claimed":                           {to("GB", "adequacy"), "2026-12-01", never},
		"no more said than the country":     {to("GB", ""), "2026-12-01", never},
		"essential":                         {essential, "2026-12-01", never},
		"limited and claimed":               {to("US", "adequacy"), "2026-12-01", never},
		"limited, and nobody says it holds": {to("US", ""), never, never},
		"followed after a gap":              {to("JP", "adequacy"), "2026-12-01", "2027-01-01"},
		"followed without a gap":            {to("CH", "adequacy"), never, never},
		"without an end":                    {to("NZ", "adequacy"), never, never},
		"other safeguards":                  {to("GB", "scc"), never, never},
		"rules of a group":                  {to("GB", "bcr"), never, never},
		"another ground":                    {to("GB", "none"), never, never},
		"there never was one":               {to("IN", "adequacy"), never, never},
		"in the EEA":                        {to("DE", "adequacy"), never, never},
		"nobody says where":                 {to("", "adequacy"), never, never},
	} {
		n := schemas.Notice{Services: []schemas.Service{c.service}}
		for _, day := range []string{"2026-11-30", "2026-12-01", "2026-12-31", "2027-01-01"} {
			want := c.from != never && day >= c.from && (c.until == never || day < c.until)
			if got := list.Suspended(n, midnight(t, day)); slices.Contains(got, "own") != want {
				t.Errorf("%s, %s: suspended %v, want %v", name, day, got, want)
			}
		}
	}
}

func TestTheEndIsTheMidnightAfterTheLastDay(t *testing.T) {
	list, err := transfer.Parse([]byte(changing))
	if err != nil {
		t.Fatal(err)
	}
	n := schemas.Notice{Services: []schemas.Service{to("NZ", "adequacy"), to("GB", "adequacy")}}
	end := midnight(t, "2026-12-01")
	before := end.Add(-time.Nanosecond)
	if next, ends := list.NextEnd(n, before); !ends || !next.Equal(end) || len(list.Suspended(n, before)) > 0 {
		t.Errorf("before: %s, %v", next, list.Suspended(n, before))
	}
	if next, ends := list.NextEnd(n, end); ends || len(list.Suspended(n, end)) != 1 {
		t.Errorf("at the end: %s, %v", next, list.Suspended(n, end))
	}
	endings := list.Endings(n, end)
	if len(endings) != 1 || endings[0].Decision.Act != "second" || endings[0].Last() != "2026-11-30" {
		t.Errorf("%+v", endings)
	}
}

func TestAnEndIsToldAhead(t *testing.T) {
	list, err := transfer.Parse([]byte(changing))
	if err != nil {
		t.Fatal(err)
	}
	for day, wrong := range map[string]string{"2026-08-31": "", "2026-09-01": transfer.AdequacyEnding, "2026-11-30": transfer.AdequacyEnding, "2026-12-01": transfer.AdequacyEnded} {
		if v := list.Judge("GB", "adequacy", midnight(t, day)); v.Wrong != wrong || v.Last != "2026-11-30" {
			t.Errorf("%s: %+v", day, v)
		}
	}
}

func midnight(t *testing.T, day string) time.Time {
	t.Helper()
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
