package importing

import (
	"cmp"
	"strings"

	"assent/server/internal/consent"
)

// cookiebotTables are the categories of Cookiebot's cc.js by the names of their tables.
var cookiebotTables = map[string]string{"Necessary": consent.Essential, "Preference": functional, "Preferences": functional, "Statistics": analytics,
	"Advertising": marketing, "Marketing": marketing}

// cookiebot takes the tables of cc.js, which are lists of name, provider, purpose, duration and type.
func (d *draft) cookiebot(v *value) {
	d.words = wordsOf(Cookiebot)
	for _, m := range v.all() {
		category := strings.TrimPrefix(m.name, "CookieConsentDialog.cookieTable")
		purpose, known := cookiebotTables[category]
		if !known && len(m.value.list()) > 0 {
			d.unclassified(category, m.line)
			purpose = marketing
		}
		purpose = d.purpose(purpose, m.line)
		for _, row := range m.value.list() {
			cell := func(i int) string {
				if cells := row.list(); i < len(cells) {
					return cells[i].str()
				}
				return ""
			}
			d.cookiebotCookie(cookie{name: cell(0), kept: lengthOf(cell(3)), purpose: purpose, line: cmp.Or(row.lineOf(), m.line)}, cell(1), cell(4))
		}
	}
	d.remark(check, "texts", 0, textsNone, nil)
}

func (d *draft) unclassified(category string, line int) {
	d.remark(check, category, line, cookiesUnclassified, nil)
}

// cookiebotTable takes the list of cookies that Cookiebot lets its customers download.
func (d *draft) cookiebotTable(t *table) {
	d.words = wordsOf(Cookiebot)
	for i, row := range t.rows {
		category := t.cell(row, categoryColumns...)
		if bare(category) == "unclassified" || category == "" {
			d.unclassified("Unclassified", t.lines[i])
			category = marketing
		}
		c := cookie{name: t.cell(row, nameColumns...), purpose: d.purpose(category, t.lines[i]), kept: lengthOf(t.cell(row, retentionColumns...)), line: t.lines[i]}
		d.cookiebotCookie(c, t.cell(row, providerColumns...), t.cell(row, typeColumns...))
	}
	d.remark(check, "texts", 0, textsNoneInList, nil)
}

// cookiebotCookie takes a cookie with what Cookiebot says of its provider, which may be markup, and its type.
func (d *draft) cookiebotCookie(c cookie, provider, kind string) {
	words, links := plain(provider)
	c.provider = short(words, 200)
	if first, _, several := strings.Cut(c.provider, " "); several && strings.Contains(first, ".") {
		c.provider = first // Of several hosts the first tells whose it is.
	}
	if len(links) > 0 {
		c.policy = links[0]
	}
	switch k := strings.ToLower(kind); {
	case strings.Contains(k, "pixel"):
		d.remark(leftOut, c.name, c.line, cookieRequest, values{"host": short(c.provider, 80)})
		return
	case strings.Contains(k, "html"), strings.Contains(k, "indexeddb"), strings.Contains(k, "storage"):
		c.storage = true
	}
	d.list(c)
}
