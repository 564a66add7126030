package importing

import (
	"encoding/json"
	"fmt"

	"assent/server/internal/site"
)

// assent takes a notice of ours, which is to be filled in from a list of cookies.
func (d *draft) assent(v *value) {
	body, err := json.Marshal(v.plain())
	if err == nil {
		d.notice, err = site.DecodeNotice(body)
	}
	if err != nil {
		d.broken = fmt.Errorf("is no notice: %w", err)
		return
	}
	if len(d.known.platforms) == 0 {
		d.remark(check, "file", 0, ownAlready, nil)
	}
}

// plain is a value as encoding/json writes it.
func (v *value) plain() any {
	switch {
	case v.of(object):
		members := map[string]any{}
		for _, m := range v.members {
			members[m.name] = m.value.plain()
		}
		return members
	case v.of(list):
		items := []any{}
		for _, item := range v.items {
			items = append(items, item.plain())
		}
		return items
	case v.of(number):
		return v.number
	case v.of(truth):
		return v.is
	case v.of(text):
		return v.text
	}
	return nil
}
