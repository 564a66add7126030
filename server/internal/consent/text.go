package consent

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

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

// ReadAnswers is the reverse of AnswersText. What that writes of plain names is read at sight; everything else as
// encoding/json does.
func ReadAnswers(text string) (answers map[string]bool, err error) {
	if answers, ok := plainAnswers(text); ok {
		return answers, nil
	}
	err = json.Unmarshal([]byte(text), &answers)
	return answers, err
}

// ReadNames reads a JSON array of strings.
func ReadNames(text string) (names []string, err error) {
	if names, ok := plainNames(text); ok {
		return names, nil
	}
	err = json.Unmarshal([]byte(text), &names)
	return names, err
}

func plainAnswers(text string) (map[string]bool, bool) {
	rest, ok := strings.CutPrefix(text, "{")
	if rest == "}" && ok {
		return map[string]bool{}, true
	}
	answers := make(map[string]bool, 4)
	for ok {
		var name string
		if name, rest, ok = cutPlain(rest); !ok {
			return nil, false
		}
		if after, isGranted := strings.CutPrefix(rest, ":true"); isGranted {
			answers[name], rest = true, after
		} else if after, isRefused := strings.CutPrefix(rest, ":false"); isRefused {
			answers[name], rest = false, after
		} else {
			return nil, false
		}
		if rest == "}" {
			return answers, true
		}
		rest, ok = strings.CutPrefix(rest, ",")
	}
	return nil, false
}

func plainNames(text string) ([]string, bool) {
	rest, ok := strings.CutPrefix(text, "[")
	if rest == "]" && ok {
		return []string{}, true
	}
	var names []string
	for ok {
		var name string
		if name, rest, ok = cutPlain(rest); !ok {
			return nil, false
		}
		names = append(names, name)
		if rest == "]" {
			return names, true
		}
		rest, ok = strings.CutPrefix(rest, ",")
	}
	return nil, false
}

// cutPlain takes a JSON string off the beginning that has nothing to decode in it.
func cutPlain(text string) (name, rest string, ok bool) {
	if text == "" || text[0] != '"' {
		return "", "", false
	}
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			return text[1:i], text[i+1:], true
		case c < ' ', c == '\\', c >= utf8.RuneSelf:
			return "", "", false
		}
	}
	return "", "", false
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
