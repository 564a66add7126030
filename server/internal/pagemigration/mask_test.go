package pagemigration

import "testing"

// A page of nothing but signs would take minutes if each had the rest of the page searched.
func TestASignIsSoughtOnce(t *testing.T) {
	for _, page := range []string{"{{ {{ {{ }} {{ }}", "{{ {{ {{"} {
		f := finder{[]byte(page), map[string]int{}}
		end := f.at("}}", 2)
		copy(f.page, "xxxxxxxxxxxx") // Whoever looks again finds another end.
		if again := f.at("}}", 5); again != end {
			t.Errorf("%q: the end is at %d, and at %d when it is asked for again", page, end, again)
		}
	}
	f := finder{[]byte("}} {{ }}"), map[string]int{}}
	if first, second := f.at("}}", 0), f.at("}}", 1); first != 0 || second != 6 {
		t.Errorf("ends at %d and %d", first, second)
	}
}
