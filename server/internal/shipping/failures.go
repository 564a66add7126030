package shipping

import (
	"errors"
	"fmt"
)

// distinct is how many different failures are told of one round.
const distinct = 3

// once joins errors in one line and drops those that say what another one says already, because a store that is down
// says it for every shard. It returns nil when all are nil.
func once(failures ...error) error {
	var joined error
	told, more := map[string]bool{}, 0
	for _, failure := range failures {
		if failure == nil || told[failure.Error()] {
			continue
		}
		switch {
		case len(told) == distinct:
			more++
			continue
		case joined == nil:
			joined = failure
		default:
			joined = fmt.Errorf("%w; %w", joined, failure)
		}
		told[failure.Error()] = true
	}
	if more > 0 {
		joined = fmt.Errorf("%w; and %d more", joined, more)
	}
	return joined
}

// describe leaves out what a rejecting ledger says, since it may quote the record.
func describe(err error) string {
	if errors.Is(err, ErrRejected) {
		return ErrRejected.Error()
	}
	return err.Error()
}
