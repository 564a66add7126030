package snippetbuild

import (
	"slices"

	"assent/schemas"
)

// Glance is one way to look at a notice.
type Glance struct {
	Regime   string // Whose rules visitors are asked by, where the notice leaves that to their region.
	Language string // One of the notice's; any other stands for the first.
	Scheme   string // light or dark; empty for the browser's.
}

// Preview makes the script that visitors get of a notice, as it looks at a glance. Nothing but the order of its languages
// differs: the one that is looked at is inside, so that the script fetches none.
func Preview(in Input, g Glance) (Script, error) {
	n := in.Notice
	if FollowsRegion(n) && g.Regime != "" {
		n.Regime = g.Regime
	}
	if i := slices.Index(n.Languages, g.Language); i > 0 {
		n.Languages = append([]string{g.Language}, slices.Delete(slices.Clone(n.Languages), i, i+1)...)
	}
	if g.Scheme != "" && (n.Look.Scheme == "" || n.Look.Scheme == "auto") {
		n.Look.Scheme = g.Scheme
	}
	n.AutoBlock = "off" // There is nothing on the page to hold back.
	return Build(Input{Site: in.Site, Notice: n, NoticeID: in.NoticeID})
}

// Inlined is the language that a script of Preview has inside.
func Inlined(n schemas.Notice, language string) string {
	if slices.Contains(n.Languages, language) {
		return language
	}
	return n.Languages[0]
}
