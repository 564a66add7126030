package snippetbuild

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"assent/schemas"
)

// tools are the facts about other tools' markup that a notice asks for, in its words: the ids of its purposes and
// services and the names of its services stand for themselves.
func tools(n schemas.Notice) []any {
	known := schemas.Tools()
	list := []any{}
	for _, id := range n.Compat {
		tool := known[id]
		list = append(list, object{
			{"_selector", selector(tool)}, {"_attribute", tool.Attribute}, {"_value", cmp.Or(tool.Value, "(.*)")}, {"_separator", tool.Separator},
			{"_class", tool.Class}, {"_otherwise", tool.Otherwise}, {"_service", tool.Service},
			{"_unmarked", tool.Unmarked}, {"_words", wordsOf(tool, n)}, {"_addresses", tool.Addresses},
		})
	}
	return list
}

func selector(tool schemas.Tool) string {
	switch {
	case tool.Attribute == "class":
		return `[class*="-category-"]`
	case tool.Class != "":
		return "[" + tool.Attribute + "],[class*=" + tool.Class + "]"
	default:
		return "[" + tool.Attribute + "]"
	}
}

// wordsOf returns what each word stands for, in lower case. Where the notice lacks a purpose, only a yes to all that it
// asks for will do.
func wordsOf(tool schemas.Tool, n schemas.Notice) object {
	words := map[string]string{}
	for _, p := range n.Purposes {
		words[p.ID] = p.ID
	}
	for word, purpose := range tool.Words {
		if !slices.Contains(n.Purposes, schemas.Purpose{ID: purpose}) {
			purpose = strings.Join(optional(n), " ")
		}
		words[strings.ToLower(word)] = purpose
	}
	for _, s := range n.Services {
		words[strings.ToLower(s.Name)] = s.ID
		words[s.ID] = s.ID
	}
	list := object{}
	for _, word := range slices.Sorted(maps.Keys(words)) {
		list = append(list, member{word, words[word]})
	}
	return list
}
