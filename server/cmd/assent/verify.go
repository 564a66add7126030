package main

type verifyCommands struct {
	Log verifyLogCommand `cmd:"" default:"withargs" help:"Compare every decision with the log of decisions, and name the first that is not as it was recorded."`
}
