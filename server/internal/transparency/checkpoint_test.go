package transparency_test

import (
	"slices"
	"testing"

	"assent/server/internal/transparency"
)

func TestCheckpointsAreTakenApart(t *testing.T) {
	t.Parallel()
	const one, two = "log\n1\nhash\n\n— log sig\n", "log\n2\nhash\n\n— log sig\n— witness sig\n"
	for _, want := range [][]string{{one}, {one, two}, {two, one, one}, {""}, {"no checkpoint"}, {one, "log\n3"}} {
		text := ""
		for _, part := range want {
			text += part
		}
		if got := transparency.SplitCheckpoints(text); !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
