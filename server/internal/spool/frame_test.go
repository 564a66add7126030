package spool

import (
	"testing"

	"assent/server/internal/recording/recordingtest"
)

// FuzzWalk reads anything between two sound frames: both must be found, and nothing may be read twice.
func FuzzWalk(f *testing.F) {
	whole, err := appendFrame(nil, 1, 0, recordingtest.Decision("shop1", "s1"))
	if err != nil {
		f.Fatal(err)
	}
	for _, cut := range []int{0, 3, 8, headSize, len(whole) - 1, len(whole)} {
		f.Add(whole[:cut])
	}
	f.Add(make([]byte, 100))
	f.Fuzz(func(t *testing.T, between []byte) {
		data := append(append(append([]byte{}, whole...), between...), whole...)
		end, first, last := 0, false, false
		walk(data, func(offset int, frame frame) bool {
			if offset < end || frame.size <= 0 || offset+frame.size > len(data) {
				t.Fatalf("frame of %d bytes at %d, after %d of %d", frame.size, offset, end, len(data))
			}
			end = offset + frame.size
			first = first || offset == 0
			last = last || end == len(data)
			return true
		})
		if !first || !last && end <= len(whole)+len(between) {
			t.Errorf("first %v and last %v frame found around %x", first, last, between)
		}
	})
}
