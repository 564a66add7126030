package experiment

import (
	"fmt"
	"testing"

	"assent/schemas"
)

var thirds = schemas.Experiment{ID: "aaaaaaaaaaaa", Variants: []schemas.Variant{{Notice: "b", Share: 30}, {Notice: "c", Share: 10}}}

func TestVisitorsAreSharedOutAsAskedFor(t *testing.T) {
	arms := map[int]int{}
	both := 0
	next := thirds
	next.ID = "bbbbbbbbbbbb"
	const visitors = 20_000
	for i := range visitors {
		address, agent := fmt.Sprintf("203.0.%d.%d", i/256%256, i%256), fmt.Sprintf("Browser/%d", i%7)
		arm := Draw(thirds, address, agent)
		arms[arm]++
		if arm == Draw(next, address, agent) {
			both++
		}
	}
	for arm, share := range map[int]float64{0: 0.60, 1: 0.30, 2: 0.10} {
		if got := float64(arms[arm]) / visitors; got < share-0.015 || got > share+0.015 {
			t.Errorf("arm %d has %.3f of the visitors, want %.2f", arm, got, share)
		}
	}
	// By chance 0.6² + 0.3² + 0.1².
	if got := float64(both) / visitors; got < 0.44 || got > 0.48 {
		t.Errorf("%.3f are in the same arm of the next experiment", got)
	}
}

func TestWhoIsTheSameVisitor(t *testing.T) {
	same := 0
	for i := range 200 {
		network := fmt.Sprintf("2001:db8:%x:1:", i)
		if Draw(thirds, network+":1", "a") == Draw(thirds, network+"aaaa:bbbb:cccc:dddd", "a") {
			same++
		}
	}
	if same != 200 {
		t.Errorf("%d of 200 keep their arm when the browser changes the end of its address", same)
	}
	always := schemas.Experiment{ID: "aaaaaaaaaaaa", Variants: []schemas.Variant{{Notice: "b", Share: 99}}}
	for _, address := range []string{"10.0.0.1", "127.0.0.1", "::1", "fd00::1", "fe80::1%eth0", "", "nobody"} {
		for i := range 50 {
			if Draw(always, address, fmt.Sprint(i)) != 0 {
				t.Errorf("%q, which is nobody's on the internet, is drawn for", address)
			}
		}
	}
	if Draw(thirds, "203.0.113.1", "a") != Draw(thirds, "::ffff:203.0.113.1", "a") {
		t.Error("an address is another one when it is written as IPv6")
	}
}
