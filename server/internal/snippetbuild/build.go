package snippetbuild

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/evanw/esbuild/pkg/api"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/snippet"
)

// target is what every browser since the autumn of 2020 reads; nothing later would make the script smaller.
const target = api.ES2021

// placeholder stands for the script's own hash until that is known.
const placeholder = "__assent_hash__"

// Input is what one site's script is made of.
type Input struct {
	Site     string         // The site's id.
	Notice   schemas.Notice // Complete: defaults applied, at least one language.
	NoticeID string         // Id of the notice, told with each decision.

	Announcement schemas.Announcement // Of the notice that follows; zero for none.
	Linking      bool                 // Pages may link the browser to an account.
	Suspended    []string             // Ids of services that may not be used for now.
	Age          int                  // From which the visitor's law lets them consent alone; 0 for the highest that a law says.
	Parents      bool                 // The server can write to parents.
	Shared       map[string][]string  // By service that an integration tells of visitors: the fields that it is told.
}

// Build makes a site's script. The same input makes the same bytes.
func Build(in Input) (Script, error) {
	if len(in.Notice.Languages) == 0 || in.Notice.LifetimeDays <= 0 {
		return Script{}, errors.New("build script: the notice has no language or no lifetime")
	}
	css, err := styles(in.Notice)
	if err != nil {
		return Script{}, err
	}
	module, err := config(in, css)
	if err != nil {
		return Script{}, err
	}
	adapters, err := adapterModule(in.Notice)
	if err != nil {
		return Script{}, err
	}
	age, err := in.ageModule()
	if err != nil {
		return Script{}, err
	}
	bundled, short, err := entry{file: "main.ts", modules: modules{"assent:config": module, "assent:adapters": adapters, "assent:age": age}, features: in.features(), additions: in.additions(), instead: in.instead()}.bundle()
	if err != nil {
		return Script{}, err
	}
	s := Script{}
	if bundled, short, err = s.addParts(in, bundled, module, short); err != nil {
		return Script{}, err
	}
	if s.Languages, err = in.further(short); err != nil {
		return Script{}, err
	}
	s.address(bundled, in.Notice.Languages)
	s.Gzip, s.Brotli, err = compress(s.Identity)
	return s, err
}

// address names the script by all that it and its languages contain.
func (s *Script) address(bundled []byte, languages []string) {
	sum := sha256.New()
	sum.Write(bundled)
	for _, tag := range languages {
		sum.Write(s.Languages[tag])
	}
	s.Hash = base64.RawURLEncoding.EncodeToString(sum.Sum(nil))[:12]
	s.Identity = []byte(strings.ReplaceAll(string(bundled), placeholder, s.Hash))
	integrity := sha512.Sum384(s.Identity)
	s.SRI = "sha384-" + base64.StdEncoding.EncodeToString(integrity[:])
}

// further writes the languages that are fetched on demand, with what the part for visitors says in them.
func (in Input) further(short map[string]any) (map[string][]byte, error) {
	n, languages := in.live(), map[string][]byte{}
	for _, tag := range n.Languages[1:] {
		text, err := document(append(in.asking(in.announced(texts(n, tag), tag), tag), member{"_visitor", in.visitorTexts(tag)}), short)
		if err != nil {
			return nil, err
		}
		languages[tag] = []byte(text)
	}
	return languages, nil
}

// additions is the code by which pages link the browser to an account, where they may. It is no feature that is compiled away
// elsewhere: esbuild would still read it, and choose other short names for what the scripts of all sites have.
func (in Input) additions() map[string]string {
	additions := in.ageAdditions()
	if in.Linking {
		additions["api.ts"] = "import { links } from './link.ts';\nObject.assign(api, links);\n"
	}
	return additions
}

// features tells which parts of the script are needed; the others are compiled away.
func (in Input) features() map[string]string {
	needed := in.partFeatures()
	needed["HAS_CHANGE"] = strconv.FormatBool(in.Announcement.Notice != "")
	if asksAge(in.Notice) {
		maps.DeleteFunc(needed, func(name, _ string) bool { return slices.Contains(ageVariables, name) })
	}
	return needed
}

// features tells which of them a notice needs.
func features(n schemas.Notice) map[string]string {
	some := func(has func(schemas.Service) bool) string {
		return strconv.FormatBool(slices.ContainsFunc(n.Services, has))
	}
	return map[string]string{
		"REGIME":              strconv.Quote(Regime(n)),
		"SILENCE_GRANTS":      strconv.FormatBool(consent.SilenceGrants(Regime(n))),
		"GPC_YIELDS":          strconv.FormatBool(n.GpcYields && consent.SilenceGrants(Regime(n))),
		"IS_MINOR":            strconv.FormatBool(Regime(n) == consent.ChildDirected),
		"IS_HELD":             strconv.FormatBool(Regime(n) == consent.ChildDirected),
		"HAS_DOMAIN":          strconv.FormatBool(n.CookieDomain != ""),
		"HAS_SERVICES":        strconv.FormatBool(len(n.Services) > 0),
		"HAS_LANGUAGES":       strconv.FormatBool(len(n.Languages) > 1),
		"HAS_ALIASES":         strconv.FormatBool(slices.ContainsFunc(n.Languages, isAliased)),
		"HAS_MARKETING":       strconv.FormatBool(slices.Contains(optional(n), "marketing")),
		"HAS_FUNCTIONAL":      strconv.FormatBool(slices.Contains(optional(n), "functional")),
		"HAS_GOOGLE":          some(consent.IsGoogle),
		"HAS_OFF_SWITCH":      strconv.FormatBool(slices.ContainsFunc(n.Services, consent.IsGoogle) && n.ConsentMode != "advanced"),
		"HAS_REGIONS":         strconv.FormatBool(len(n.Google.Regions) > 0),
		"HAS_GOOGLE_SETTINGS": strconv.FormatBool(len(googleSettings(n.Google)) > 0),
		"HAS_ADAPTERS":        some(func(s schemas.Service) bool { return hasFile(s.Adapter) }),
		"IN_STUB":             "false",
		"HAS_AUTOBLOCK":       strconv.FormatBool(n.AutoBlock == "block"),
		"HAS_REPORT":          strconv.FormatBool(n.AutoBlock == "report"),
		"HAS_CHANGE":          "false",
		"HAS_SUSPENDED":       "false",
		"HAS_COMPAT":          strconv.FormatBool(len(n.Compat) > 0),
		"HAS_TRACES":          some(func(s schemas.Service) bool { return len(s.Cookies)+len(s.Storage) > 0 }),
	}
}

// FollowsRegion reports whether the visitor's region decides by whose rules a notice asks.
func FollowsRegion(n schemas.Notice) bool {
	return (n.Regime == "" || n.Regime == "auto") && !asksAge(n)
}

// Regime is the one whose rules a script is built for. Where the region decides and is unknown, it is the strictest that
// asks.
func Regime(n schemas.Notice) string {
	if FollowsRegion(n) || asksAge(n) {
		return Strictest()
	}
	return n.Regime
}

// modules are the modules that are made for one site, by the name that imports them.
type modules map[string]string

// entry is what one file is bundled from.
type entry struct {
	file     string
	modules  modules
	features map[string]string
	short    map[string]any // Short names that are taken; those of the script, for its parts.
	before   string         // Stands before everything, outside of the function that hides the names of the bundle.
	without  []string       // Sources that must not be part of it.

	additions map[string]string // Code at the end of sources, by their path.
	instead   map[string]string // Sources that take the place of others for all but themselves, by their path.
}

// bundle makes one file of the sources. It also returns the short names of members that begin with an underscore.
func (e entry) bundle() ([]byte, map[string]any, error) {
	short := maps.Clone(e.short)
	if short == nil {
		short = map[string]any{}
	}
	result := api.Build(api.BuildOptions{
		EntryPoints:       []string{e.file},
		Plugins:           []api.Plugin{e.embedded(snippet.Sources())},
		Define:            e.features,
		Bundle:            true,
		Format:            api.FormatIIFE,
		Banner:            map[string]string{"js": e.before},
		Target:            target,
		Charset:           api.CharsetUTF8,
		LegalComments:     api.LegalCommentsNone,
		MangleProps:       "^_",
		MangleCache:       short,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		TreeShaking:       api.TreeShakingTrue,
		TsconfigRaw:       "{}",
		LogLevel:          api.LogLevelSilent,
	})
	if len(result.Errors) > 0 {
		return nil, nil, fmt.Errorf("bundle %s: %s", e.file, api.FormatMessages(result.Errors, api.FormatMessagesOptions{})[0])
	}
	script, err := join(result.OutputFiles[0].Contents)
	return script, result.MangleCache, err
}

// join minifies the bundle as one file, which the borders of its modules have kept apart until then.
func join(bundled []byte) ([]byte, error) {
	result := api.Transform(string(bundled), api.TransformOptions{
		Target:            target,
		Charset:           api.CharsetUTF8,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		LogLevel:          api.LogLevelSilent,
	})
	if len(result.Errors) > 0 {
		return nil, fmt.Errorf("minify script: %s", result.Errors[0].Text)
	}
	return result.Code, nil
}

// embedded resolves every import from the sources in the binary, never from the disk of the machine.
func (e entry) embedded(sources fs.FS) api.Plugin {
	resolve := func(args api.OnResolveArgs) (api.OnResolveResult, error) {
		if strings.HasPrefix(args.Path, "assent:") {
			// Most of what is exported is not used by most sites.
			return api.OnResolveResult{Path: args.Path, Namespace: "made", SideEffects: api.SideEffectsFalse}, nil
		}
		source := path.Join(path.Dir(args.Importer), args.Path)
		if other, isReplaced := e.instead[source]; isReplaced && args.Importer != other {
			source = other
		}
		if slices.Contains(e.without, source) {
			return api.OnResolveResult{}, fmt.Errorf("%s exists once on a page: hand over what %s needs of it", source, args.Importer)
		}
		// A source that nothing is used of any more must leave nothing behind.
		return api.OnResolveResult{Path: source, Namespace: "embedded", SideEffects: api.SideEffectsFalse}, nil
	}
	loadSource := func(args api.OnLoadArgs) (api.OnLoadResult, error) {
		text, err := fs.ReadFile(sources, args.Path)
		contents := string(text) + e.additions[args.Path]
		return api.OnLoadResult{Contents: &contents, Loader: api.LoaderTS}, err
	}
	loadMade := func(args api.OnLoadArgs) (api.OnLoadResult, error) {
		module, ok := e.modules[args.Path]
		if !ok {
			return api.OnLoadResult{}, fmt.Errorf("there is no module %s here", args.Path)
		}
		return api.OnLoadResult{Contents: &module, Loader: api.LoaderJS}, nil
	}
	return api.Plugin{Name: "embedded", Setup: func(build api.PluginBuild) {
		build.OnResolve(api.OnResolveOptions{Filter: ".*"}, resolve)
		build.OnLoad(api.OnLoadOptions{Filter: ".*", Namespace: "embedded"}, loadSource)
		build.OnLoad(api.OnLoadOptions{Filter: ".*", Namespace: "made"}, loadMade)
	}}
}
