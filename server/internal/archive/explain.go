package archive

import (
	"embed"
	"text/template"
	"time"
)

//go:embed readme
var readmeFiles embed.FS

// readmes say in plain words what is in an archive and how to check it, by language.
var readmes = template.Must(template.ParseFS(readmeFiles, "readme/*.txt"))

// explained is what the template reads.
type explained struct {
	Manifest
	Key string
}

// Since is when the period begins, or "".
func (e explained) Since() string {
	if e.From.IsZero() {
		return ""
	}
	return e.From.Format(time.RFC3339)
}

// Until is when it ends.
func (e explained) Until() string { return e.To.Format(time.RFC3339) }

// Made is when the archive was.
func (e explained) Made() string { return e.MadeAt.Format(time.RFC3339) }
