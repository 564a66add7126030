package redisstore

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"

	"assent/server/internal/consent"
)

// templateName stands for a template in choices and outbox entries: the first bytes of its SHA-256, so that a name
// never comes to mean something else, whatever a fail-over loses. commit.lua spells out a template whose name is taken.
type templateName [5]byte

// nameless marks a template that is spelled out. It is no template's name.
var nameless templateName

func nameOf(template []byte) templateName {
	sum := sha256.Sum256(template)
	name := templateName(sum[:])
	if name == nameless {
		name[0] = 1
	}
	return name
}

// appendTemplate packs what a site's decisions have in common: everything but who decided, when, in which language and
// on which page. A shard keeps each template once.
func appendTemplate(out []byte, r consent.Record) []byte {
	origin, _ := splitPage(r.Page)
	out = append(out, layoutVersion)
	for _, s := range []string{r.Site, r.Notice, r.Action, r.Source, r.Regime, origin} {
		out = appendString(out, s)
	}
	out = appendBool(out, r.Synthetic)
	out = appendAnswers(out, r.Purposes)
	out = appendAnswers(out, r.Services)
	out = binary.AppendVarint(out, int64(r.LifetimeDays))
	return appendStrings(out, r.Flags)
}

// decodeTemplate is the reverse of appendTemplate. The record's page is the origin alone.
func decodeTemplate(packed []byte) (consent.Record, error) {
	d := decoder{rest: packed}
	version := d.bytes(1)[0]
	if d.damaged {
		return consent.Record{}, fmt.Errorf("decode template: %w", errDamaged)
	}
	if err := checkVersion("template", version); err != nil {
		return consent.Record{}, err
	}
	var r consent.Record
	for _, s := range []*string{&r.Site, &r.Notice, &r.Action, &r.Source, &r.Regime, &r.Page} {
		*s = d.string()
	}
	r.Synthetic = d.bool()
	r.Purposes = d.answers()
	r.Services = d.answers()
	r.LifetimeDays = int(d.varint())
	r.Flags = d.strings()
	if d.damaged || len(d.rest) > 0 {
		return consent.Record{}, fmt.Errorf("decode template: %w", errDamaged)
	}
	return r, nil
}

// splitPage parts a page's origin, of which a site has few, from its path.
func splitPage(page string) (origin, path string) {
	_, rest, found := strings.Cut(page, "://")
	slash := strings.IndexByte(rest, '/')
	if !found || slash < 0 {
		return page, ""
	}
	end := len(page) - len(rest) + slash
	return page[:end], page[end:]
}
