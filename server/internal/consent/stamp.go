package consent

import "time"

// Micros is how the stores keep a time: microseconds since 1970. The zero time, whose own count does not fit into 64
// bits, is 0.
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// FromMicros is the reverse of Micros, in UTC.
func FromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}
