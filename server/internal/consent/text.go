package consent

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// AnswersText is the one text of answers: a JSON object with its members in order.
func AnswersText(answers map[string]bool) (string, error) {
	text := []byte("{")
	for _, name := range slices.Sorted(maps.Keys(answers)) {
		if len(text) > 1 {
			text = append(text, ',')
		}
		var err error
		if text, err = jsontext.AppendQuote(text, name); err != nil {
			return "", err
		}
		text = strconv.AppendBool(append(text, ':'), answers[name])
	}
	return string(append(text, '}')), nil
}

// ReadAnswers is the reverse of AnswersText. Most decisions answer no service apart.
func ReadAnswers(text string) (answers map[string]bool, err error) {
	if text == "{}" {
		return map[string]bool{}, nil
	}
	err = json.Unmarshal([]byte(text), &answers)
	return answers, err
}

// SplitAnswers are the names that were granted and refused, sorted, so that equal answers are equal rows. Neither is nil.
func SplitAnswers(answers map[string]bool) (granted, refused []string) {
	granted, refused = []string{}, []string{}
	for _, name := range slices.Sorted(maps.Keys(answers)) {
		if answers[name] {
			granted = append(granted, name)
		} else {
			refused = append(refused, name)
		}
	}
	return granted, refused
}
