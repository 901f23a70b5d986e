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
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		signal.Stop(signals) // before anybody hears of the first: a second signal ends the process at once
		cancel()
	}()
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
}
