package snippetbuild

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"

	"assent/schemas"
)

// part is code that few visits need: bundled apart, served beside the script for ever, and fetched by the script
// itself (snippet/src/part.ts). Its sources hold no state of the script's: whatever they need of it is handed over as
// an argument, and both agree on the short names of members that begin with an underscore.
type part struct {
	name   string // In its address, /s/{site}/{hash}/{name}.js.
	file   string // Entry point, whose default export the script calls.
	needed func(schemas.Notice) bool
	// Modules that are made for it beside `assent:config`, or in its place: `assent:site` is the same. None where nil.
	made func(Input) (modules, error)
	// Files whose default export makes more of the part, for the sites that need that. None where nil. They are no features that
	// are compiled away elsewhere, for the reason that additions have.
	more func(Input) []string
}

// parts lists every part there is. One whose `needed` is false is neither built nor can be fetched; what calls it in
// the script must be compiled away by a feature of the same condition.
func parts() []part {
	return []part{
		{"check", "check/check.ts", always, checkModules, nil},
		{"visitor", "visitor/visitor.ts", always, visitorModule, visitorMore},
	}
}

// entrance is the module that hands a part's default export to the page.
const entrance = "assent:part"

func always(schemas.Notice) bool { return true }

// stateful are the script's modules of which there must be one on a page; a part that imported them would bring another.
var stateful = []string{"events.ts", "gate.ts", "google.ts", "granted.ts", "language.ts", "outbox.ts", "state.ts", "storage.ts", "trusted.ts"}

// partPlaceholders stand for the integrity of each part, which the script knows and checks, until they are built.
func partPlaceholders(n schemas.Notice) object {
	all := object{}
	for _, p := range parts() {
		if p.needed(n) {
			all = append(all, member{p.name, p.placeholder()})
		}
	}
	return all
}

func (p part) placeholder() string { return "__assent_part_" + p.name + "__" }

// addParts builds what the notice needs and returns the script with the integrity of each written into it, and the short
// names of all. The script's hash, taken of that, therefore names the bytes of its parts too.
func (s *Script) addParts(in Input, script []byte, config string, short map[string]any) ([]byte, map[string]any, error) {
	s.Parts = map[string]Part{}
	for _, p := range parts() {
		if !p.needed(in.Notice) {
			continue
		}
		code, names, err := p.bundle(in, config, short)
		if err != nil {
			return nil, nil, err
		}
		short = names
		made := Part{Identity: code}
		if made.Gzip, made.Brotli, err = compress(code); err != nil {
			return nil, nil, err
		}
		s.Parts[p.name] = made
		sum := sha256.Sum256(code)
		integrity := base64.StdEncoding.EncodeToString(sum[:])
		script = bytes.ReplaceAll(script, []byte(p.placeholder()), []byte(integrity))
	}
	return script, short, nil
}

func (p part) bundle(in Input, config string, short map[string]any) ([]byte, map[string]any, error) {
	made := modules{"assent:config": config, "assent:site": config}
	if p.made != nil {
		own, err := p.made(in)
		if err != nil {
			return nil, nil, err
		}
		maps.Copy(made, own)
	}
	variable := "assent_" + p.name
	made[entrance] = p.entrance(in, variable)
	e := entry{file: entrance, modules: made, features: in.partFeatures(), short: short,
		before: "var " + variable + "={};", without: stateful}
	code, names, err := e.bundle()
	if err == nil && bytes.Contains(code, []byte("__assent_")) {
		err = fmt.Errorf("bundle %s: a part cannot know the script's hash, nor the integrity of parts", p.file)
	}
	return code, names, err
}

// entrance hands the part over. An export would be defined by code that trips over what a page adds to Object.prototype.
func (p part) entrance(in Input, variable string) string {
	imports, handed := fmt.Sprintf("import part from './%s'; ", p.file), "part"
	if p.more != nil {
		for i, file := range p.more(in) {
			imports += fmt.Sprintf("import more%d from './%s'; ", i, file)
			handed = fmt.Sprintf("more%d(%s)", i, handed)
		}
	}
	return imports + variable + ".default = " + handed + ";"
}

// checkModules stand for `assent:check`, what the self-test alone needs to know, and for `assent:config`: it looks hosts up
// as auto-block does, and in every mode.
func checkModules(in Input) (modules, error) {
	services := []any{}
	for _, s := range in.Notice.Services {
		services = append(services, object{{"_id", s.ID}, {"_name", cmp.Or(s.Name, s.ID)}})
	}
	check, err := exports(object{{"services", services}, {"autoBlock", in.Notice.AutoBlock}})
	if err != nil {
		return nil, err
	}
	in.Notice.AutoBlock = "report" // Rules of this mode name the service.
	rules, err := exports(object{{"hosts", in.hosts()}})
	return modules{"assent:check": check, "assent:config": "export * from 'assent:site';\n" + rules}, err
}
