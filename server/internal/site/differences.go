package site

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"assent/schemas"
)

// Differences lists what a notice changes of another, member by member. Purposes and services are told apart by their
// ids, wherever they stand in their list.
func Differences(before, after schemas.Notice) ([]schemas.Difference, error) {
	from, err := tree(before)
	if err != nil {
		return nil, err
	}
	to, err := tree(after)
	if err != nil {
		return nil, err
	}
	found := []schemas.Difference{}
	return found, compare(&found, nil, from, to)
}

func tree(n schemas.Notice) (any, error) {
	document, err := json.Marshal(n)
	if err != nil {
		return nil, fmt.Errorf("encode notice: %w", err)
	}
	var root any
	return root, json.Unmarshal(document, &root)
}

// compare walks both trees at once; nil stands for what is not there.
func compare(found *[]schemas.Difference, path []string, before, after any) error {
	if reflect.DeepEqual(before, after) {
		return nil
	}
	from, to := members(before), members(after)
	switch {
	case before == nil && !isItem(after):
		from = map[string]any{}
	case after == nil && !isItem(before):
		to = map[string]any{}
	}
	if from == nil || to == nil {
		return differ(found, path, before, after)
	}
	all := maps.Clone(from)
	maps.Copy(all, to)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if err := compare(found, append(path[:len(path):len(path)], name), from[name], to[name]); err != nil {
			return err
		}
	}
	return nil
}

// members are those of an object, or the items of a list by their ids; nil of anything else.
func members(node any) map[string]any {
	if object, ok := node.(map[string]any); ok {
		return object
	}
	list, ok := node.([]any)
	if !ok || len(list) == 0 {
		return nil
	}
	items := map[string]any{}
	for _, item := range list {
		object, _ := item.(map[string]any)
		id, ok := object["id"].(string)
		if !ok {
			return nil
		}
		items[id] = object
	}
	return items
}

// isItem tells a purpose or a service, which comes and goes as a whole.
func isItem(node any) bool {
	object, _ := node.(map[string]any)
	return object["id"] != nil
}

func differ(found *[]schemas.Difference, path []string, before, after any) error {
	d := schemas.Difference{Pointer: pointer(path...)}
	for side, node := range map[*string]any{&d.Before: before, &d.After: after} {
		if node == nil {
			continue
		}
		text, err := json.Marshal(node)
		if err != nil {
			return fmt.Errorf("encode difference: %w", err)
		}
		*side = string(text)
	}
	*found = append(*found, d)
	return nil
}
