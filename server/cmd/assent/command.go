package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// Exit codes.
const (
	exitFailure = 1
	exitUsage   = 2
)

// commands is the whole command line. Each flag has an environment variable; a flag wins over its variable.
type commands struct {
	Serve       serveCommand       `cmd:"" help:"Serve scripts, record decisions, show the dashboard."`
	Site        siteCommands       `cmd:"" help:"Manage sites."`
	User        userCommands       `cmd:"" help:"Manage who may use the dashboard."`
	Keys        keysCommands       `cmd:"" help:"Manage the keys that receipts are signed with, and those that data is sealed with."`
	Services    servicesCommand    `cmd:"" help:"List the third parties that a notice may name by id alone."`
	Requests    requestsCommand    `cmd:"" help:"List what visitors asked for as data subjects and what is not done yet. Works while a server runs."`
	Reviews     reviewCommands     `cmd:"" help:"Review the services of a site's notice: still used, still as declared? Works while a server runs."`
	Verify      verifyCommands     `cmd:"" help:"Check what is kept against its proofs."`
	Archive     archiveCommand     `cmd:"" help:"Write all decisions of a site in a period into one file, with proofs that somebody else can check. Works while a server runs."`
	Retention   retentionCommands  `cmd:"" help:"Remove what was kept long enough, and keep legal holds, which stop that."`
	Import      importCommand      `cmd:"" help:"Make a draft notice of another consent tool's configuration file."`
	Backup      backupCommand      `cmd:"" help:"Write everything that is kept into one file, while the server serves."`
	Restore     restoreCommand     `cmd:"" help:"Put a backup into an empty store, of whichever kind."`
	Migrate     migrateCommands    `cmd:"" help:"Move from another tool, or from the embedded store to Redis and ClickHouse."`
	DemoData    demoDataCommand    `cmd:"" name:"demo-data" help:"Make up a site with months of visitors, to see what the dashboard shows; or remove it. Works while a server runs."`
	Regions     regionsCommand     `cmd:"" help:"Print by whose rules visitors of a country or state are asked."`
	Healthcheck healthcheckCommand `cmd:"" help:"Exit with 0 if a server answers, for containers."`
	Version     versionCommand     `cmd:"" help:"Print the version."`
}

// environment is what commands act on.
type environment struct {
	ctx    context.Context
	stdout io.Writer
	stderr io.Writer
}

// run executes one command line and returns the exit code. Every failure is one line on stderr that says what is wrong
// and how to mend it.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var c commands
	exited := -1
	parser, err := kong.New(&c, kong.Name("assent"), kong.Writers(stdout, stderr), kong.Exit(func(code int) { exited = code }),
		kong.Description("A consent management platform: a script that asks visitors, a durable record of each choice, and a dashboard."),
		kong.UsageOnError())
	if err != nil {
		return fail(stderr, exitFailure, err)
	}
	if len(args) > 0 && args[0] == "help" {
		args = append(slices.Clone(args[1:]), "--help")
	}
	parsed, err := parser.Parse(args)
	if exited >= 0 { // --help has been printed.
		return exited
	}
	if err != nil {
		return fail(stderr, exitUsage, fmt.Errorf("%w; see: assent %s--help", err, commandOf(err)))
	}
	if err := parsed.Run(&environment{ctx: ctx, stdout: stdout, stderr: stderr}); err != nil {
		return fail(stderr, exitFailure, err)
	}
	return 0
}

// commandOf is the part of the command line that was understood, to point at the right help.
func commandOf(err error) string {
	var failure *kong.ParseError
	if !errors.As(err, &failure) || failure.Context.Command() == "" {
		return ""
	}
	return failure.Context.Command() + " "
}

func fail(stderr io.Writer, code int, err error) int {
	fmt.Fprintln(stderr, "assent: "+strings.ReplaceAll(err.Error(), "\n", "; "))
	return code
}
