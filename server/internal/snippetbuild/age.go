package snippetbuild

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"assent/schemas"
	"assent/server/internal/consent"
)

// highestAge is what GDPR, Art. 8(1) says where a country says nothing lower.
const highestAge = 16

//go:embed age.json
var ageFile []byte

// ageTexts are those of the question of age and of what a child is told, by language. They are apart from the texts of notices,
// since most ask no age. Only a faulty build can fail here.
var ageTexts = sync.OnceValue(func() map[string]map[string]string {
	var byLanguage map[string]map[string]string
	if err := json.Unmarshal(ageFile, &byLanguage); err != nil {
		panic(fmt.Sprintf("embedded texts of the question of age: %v", err))
	}
	return byLanguage
})

// asksAge reports whether a notice asks for the visitor's age first. Sites for children ask nothing at all.
func asksAge(n schemas.Notice) bool { return n.AgeQuestion && n.Regime != consent.ChildDirected }

func (in Input) age() int { return cmp.Or(in.Age, highestAge) }

// ageModule is `assent:age`.
func (in Input) ageModule() (string, error) {
	return exports(object{{"hasParents", in.Parents}})
}

// ageFields pairs the names in config.d.ts with the keys of age.json.
func ageFields() [][2]string {
	return [][2]string{{"_question", "question"}, {"_why", "why"}, {"_yes", "yes"}, {"_no", "no"}, {"_young", "young"}, {"_decided", "decided"},
		{"_parent", "parent"}, {"_ask", "ask"}, {"_sent", "sent"}, {"_failed", "failed"}}
}

// asking adds to what the script says in a language the question of age.
func (in Input) asking(said object, tag string) object {
	if !asksAge(in.Notice) {
		return said
	}
	known := ageTexts()
	texts := known[tag]
	if primary, _, _ := strings.Cut(tag, "-"); texts == nil {
		texts = known[primary]
	}
	all := object{}
	for _, f := range ageFields() {
		text := cmp.Or(texts[f[1]], known["en"][f[1]])
		all = append(all, member{f[0], strings.ReplaceAll(text, "{age}", strconv.Itoa(in.age()))})
	}
	return append(said, member{"_age", all})
}

// ageVariables are constants of other scripts.
var ageVariables = []string{"IS_MINOR", "IS_HELD"}

// ageAdditions make variables of them in the sources that ask for them.
func (in Input) ageAdditions() map[string]string {
	additions := map[string]string{}
	if !asksAge(in.Notice) {
		return additions
	}
	const variables = "import { isMinor as IS_MINOR, isHeld as IS_HELD } from './age/child.ts';\n"
	for _, source := range []string{"state.ts", "main.ts", "decide.ts", "exposure.ts"} {
		additions[source] = variables
	}
	if in.Parents {
		additions["main.ts"] += "import { hearParent } from './age/parent.ts';\nif (!isInstalled) hearParent();\n"
	}
	return additions
}

// instead are the layers that come before, or in the place of, the usual ones.
func (in Input) instead() map[string]string {
	if !asksAge(in.Notice) {
		return nil
	}
	return map[string]string{"notice/banner.ts": "age/banner.ts", "notice/preferences.ts": "age/preferences.ts", "visitor.ts": "age/visitor.ts"}
}
