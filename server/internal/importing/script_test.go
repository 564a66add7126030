package importing

import (
	"fmt"
	"strings"
	"testing"
)

// A variable's text stands anew wherever the variable does: a small file must not take all memory.
func TestTextsThatAreRepeatedAreBounded(t *testing.T) {
	declared := "const a = '" + strings.Repeat("x", 200_000) + "';"
	for what, one := range map[string]string{"a variable": "a,", "a sum": "a + 'y',", "a template": "`${a}y`,"} {
		file := "const a = '" + strings.Repeat("x", longest-10) + "'; klaroConfig = {services: [{name: 'matomo', purposes: ['x']}], more: [" + strings.Repeat(one, 20_000) + "]}"
		s, err := readScript([]byte(file))
		if err != nil {
			t.Fatal(err)
		}
		s.read()
		if s.text > mostText+4*longest {
			t.Errorf("%s: %d bytes were read out of a file of %d", what, s.text, len(file))
		}
	}
	s, err := readScript([]byte(declared + "x = [" + strings.Repeat("a,", 100_000) + "]"))
	if err != nil {
		t.Fatal(err)
	}
	kept := 0
	for _, root := range s.read() {
		for _, v := range root.value.list() {
			if v.of(text) {
				kept += len(v.text)
			}
		}
	}
	if kept == 0 || kept > mostText+200_000 {
		t.Errorf("%d bytes are kept, want no more than %d", kept, mostText)
	}
}

func TestMembersOfALargeObjectAreFoundAsInASmallOne(t *testing.T) {
	v := &value{sort: object}
	for i := range 3 * large {
		v.members = append(v.members, member{fmt.Sprint(i % (2 * large)), 0, &value{sort: number, number: float64(i)}})
	}
	for range 2 { // The second time by name.
		if found := v.at("3"); !found.of(number) || found.number != 2*large+3 {
			t.Errorf("found %+v, want the last one of that name", found)
		}
		if found := v.at("no", "such"); found.there() {
			t.Errorf("found %+v, want none", found)
		}
	}
}

// Thousands of cookies against thousands of patterns that begin as they do.
func TestHostileListsAreComparedForAWhile(t *testing.T) {
	list := "Platform,Category,Cookie / Data Key name,Wildcard match\nReal,x,known_cookie,0\n" + strings.Repeat("Evil,x,"+strings.Repeat("a*", 40)+"c,1\n", 5000)
	known, err := readDatabase([]byte(list))
	if err != nil {
		t.Fatal(err)
	}
	for i := range mostCookies {
		if e, found := known.of(fmt.Sprint(strings.Repeat("a", 100), i)); found {
			t.Fatalf("found %+v", e)
		}
	}
	if known.compared <= mostCompared || known.compared > mostCompared+255*255 {
		t.Errorf("%d bytes were compared, want about %d", known.compared, mostCompared)
	}
	if e, found := known.of("known_cookie"); !found || e.platform != "Real" {
		t.Errorf("what is listed by its name is found all the same: %+v, %t", e, found)
	}
}
