package snippetbuild

import (
	"slices"
	"strconv"

	"assent/schemas"
)

// never is what nobody grants: what is suspended (snippet/src/block/never.ts).
const never = "-"

func (in Input) isSuspended(id string) bool { return slices.Contains(in.Suspended, id) }

// live is the notice without what is suspended, as visitors are told of it.
func (in Input) live() schemas.Notice {
	n := in.Notice
	n.Services = slices.DeleteFunc(slices.Clone(n.Services), func(s schemas.Service) bool { return in.isSuspended(s.ID) })
	return n
}

// partFeatures are those of the script's parts. Vendors and Google are told no for what is suspended, and its hosts are held
// back whatever the notice does with others, so that a tag that names a purpose, or nothing, is stopped too.
func (in Input) partFeatures() map[string]string {
	needed := features(in.Notice)
	if len(in.Suspended) > 0 {
		needed["HAS_SUSPENDED"], needed["HAS_AUTOBLOCK"] = "true", "true"
		needed["HAS_SERVICES"] = strconv.FormatBool(len(in.live().Services) > 0)
	}
	return needed
}

// suspendedService is what a script needs of a service to clear what it left and to tell Google no. Visitors are told
// nothing of it.
func suspendedService(s schemas.Service) object {
	return append(object{{"_id", s.ID}, {"_purpose", s.Purpose}, {"_cookies", orEmpty(s.Cookies)}, {"_storage", orEmpty(s.Storage)}}, ofGoogle(s)...)
}
