// Package main is the program aftersale: its commands, its configuration, and the wiring of everything below it.
//
// Read it in this order: main.go and cli.go (commands), config.go (configuration), app.go (what is started, in which
// order, and how it stops), then one file per command.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // a container without zone files still knows the shop's zone
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal is not caught any more: it ends the process at once
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
}
