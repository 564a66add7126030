package archive

// Stretch is the part of the log from the first decision in an archive to the last.
type Stretch struct {
	First, Last int64 // Indexes of the two.
	Decisions   int64
	Buried      int64 // Entries in between that are tombstones in the archive, or erased decisions that it has tombstones for.

	graves int64 // The same behind the last decision so far.
}

func (s *Stretch) show(index int64) {
	if s.Decisions == 0 {
		s.First, s.graves = index, 0
	}
	s.Last = index
	s.Decisions++
	s.Buried, s.graves = s.Buried+s.graves, 0
}

// bury takes a tombstone, which is behind the last decision so far, and what it is for, which may be before.
func (s *Stretch) bury(erased int64) {
	switch {
	case s.Decisions == 0 || erased < s.First:
		s.graves++
	case erased < s.Last:
		s.Buried++
		s.graves++
	default:
		s.graves += 2
	}
}

// Hidden is how many entries in between the archive says nothing about.
func (s *Stretch) Hidden() int64 {
	if s.Decisions == 0 {
		return 0
	}
	return s.Last - s.First + 1 - s.Decisions - s.Buried
}
