// Command build bundles the dashboard: dashboard/src with Preact from node_modules becomes dashboard/dist, with names
// that hold the content's hash and each file compressed once. Run it from the repository's root.
package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"html/template"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/evanw/esbuild/pkg/api"
)

const (
	source = "dashboard/src"
	target = "dashboard/dist"
)

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "build dashboard:", err)
		os.Exit(1)
	}
}

func run(out io.Writer) error {
	if _, err := os.Stat("node_modules/preact"); err != nil {
		return errors.New("node_modules/preact is missing: run npm ci first")
	}
	files, err := bundle()
	if err != nil {
		return err
	}
	page, err := renderPage(files)
	if err != nil {
		return err
	}
	files["index.html"] = page
	if err := empty(target); err != nil {
		return err
	}
	total := 0
	for name, content := range files {
		size, err := write(name, content)
		if err != nil {
			return err
		}
		total += size
	}
	fmt.Fprintf(out, "dashboard: %d files, %d bytes with brotli\n", len(files), total)
	return nil
}

// bundle returns the script and the style sheet by their path below dist.
func bundle() (map[string][]byte, error) {
	result := api.Build(api.BuildOptions{
		EntryPoints:       []string{source + "/main.tsx", source + "/icon.svg"},
		Loader:            map[string]api.Loader{".svg": api.LoaderCopy},
		Bundle:            true,
		Outdir:            target,
		EntryNames:        "assets/[name]-[hash]",
		Format:            api.FormatESModule,
		Target:            api.ES2022,
		JSX:               api.JSXAutomatic,
		JSXImportSource:   "preact",
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		Charset:           api.CharsetUTF8,
		LogLevel:          api.LogLevelWarning,
	})
	if len(result.Errors) > 0 {
		return nil, errors.New(result.Errors[0].Text)
	}
	root, err := filepath.Abs(target)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, file := range result.OutputFiles {
		name, err := filepath.Rel(root, file.Path)
		if err != nil {
			return nil, err
		}
		files[filepath.ToSlash(name)] = file.Contents
	}
	return files, nil
}

func renderPage(files map[string][]byte) ([]byte, error) {
	page, err := template.ParseFiles(source + "/index.html")
	if err != nil {
		return nil, err
	}
	var names struct{ Script, Style, Icon string }
	for name := range files {
		switch path.Ext(name) {
		case ".js":
			names.Script = name
		case ".css":
			names.Style = name
		case ".svg":
			names.Icon = name
		}
	}
	var rendered bytes.Buffer
	if err := page.Execute(&rendered, names); err != nil {
		return nil, err
	}
	return rendered.Bytes(), nil
}

// empty removes what an earlier build left, but not the file that keeps the folder in git.
func empty(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		if err := os.RemoveAll(filepath.Join(dir, entry.Name())); err != nil {
			return err
		}
	}
	return nil
}

// write stores a file plain, with brotli and with gzip, and returns its size with brotli in bytes.
func write(name string, content []byte) (int, error) {
	file := filepath.Join(target, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return 0, err
	}
	br, err := compress(content, func(w io.Writer) (io.WriteCloser, error) {
		return brotli.NewWriterLevel(w, brotli.BestCompression), nil
	})
	if err != nil {
		return 0, err
	}
	gz, err := compress(content, func(w io.Writer) (io.WriteCloser, error) {
		return gzip.NewWriterLevel(w, gzip.BestCompression)
	})
	if err != nil {
		return 0, err
	}
	for suffix, encoded := range map[string][]byte{"": content, ".br": br, ".gz": gz} {
		if err := os.WriteFile(file+suffix, encoded, 0o644); err != nil {
			return 0, err
		}
	}
	return len(br), nil
}

func compress(content []byte, open func(io.Writer) (io.WriteCloser, error)) ([]byte, error) {
	var encoded bytes.Buffer
	w, err := open(&encoded)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(content); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return encoded.Bytes(), nil
}
