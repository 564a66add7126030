package snippetbuild

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"assent/server/internal/site"
)

//go:embed changing.json
var changingFile []byte

// changing is what the preferences say of an announced notice. It is apart from the texts of notices, which hold for as long
// as a notice does. Only a faulty build can fail here.
var changing = sync.OnceValue(func() site.Texts {
	var byLanguage map[string]string
	if err := json.Unmarshal(changingFile, &byLanguage); err != nil {
		panic(fmt.Sprintf("embedded texts of announcements: %v", err))
	}
	all := site.Texts{}
	for tag, text := range byLanguage {
		all[tag] = map[string]string{"changing": text}
	}
	return all
})

// announced adds to what the script says in a language that the notice is about to change.
func (in Input) announced(said object, tag string) object {
	if in.Announcement.Notice == "" {
		return said
	}
	text := changing().For(tag)["changing"]
	if text == "" {
		text = changing()["en"]["changing"]
	}
	return append(said, member{"announced", []any{text, tag}})
}

// change is when the script's notice changes and to what.
func (in Input) change() object {
	if in.Announcement.Notice == "" {
		return object{}
	}
	return object{{"at", in.Announcement.At.UTC().Format(time.RFC3339)}, {"notice", in.Announcement.Notice}}
}

// version tells whether a script that was built is still the site's.
func (in Input) version() string {
	version := in.NoticeID
	if in.Announcement.Notice != "" {
		version += fmt.Sprint(" until ", in.Announcement.At, " then ", in.Announcement.Notice)
	}
	if in.Linking {
		version += " with links"
	}
	if asksAge(in.Notice) {
		version += fmt.Sprint(" from the age of ", in.age(), " or by parents: ", in.Parents)
	}
	if len(in.Shared) > 0 {
		version += fmt.Sprint(" sharing ", in.Shared) // Maps are written in the order of their keys.
	}
	return strings.Join(append([]string{version}, in.Suspended...), " without ")
}
