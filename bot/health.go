package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// healthCommand asks a process on this machine whether it is well. It is for containers whose image holds nothing but
// this program.
type healthCommand struct {
	configFlags
}

// Help is the end of the command's --help.
func (healthCommand) Help() string { return "Example:\n  aftersale healthcheck" }

// healthPatience is how long the process may take to answer.
const healthPatience = 4 * time.Second

// Run fails unless /healthz answers.
func (c healthCommand) Run(p *program) error {
	config, err := LoadConfig(c.Config, p.getenv)
	if err != nil {
		return err
	}
	host, port, err := net.SplitHostPort(config.Listen)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1" // "every address of this machine" is none that can be asked
	}
	ctx, cancel := context.WithTimeout(p.ctx, healthPatience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/healthz", nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<10)) // leaves the connection in order; nothing of it is used
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("/healthz answers %s", answer.Status)
	}
	fmt.Fprintln(p.stdout, "ok")
	return nil
}
