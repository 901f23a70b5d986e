package main

import (
	"log/slog"

	"github.com/aftersale/aftersale/actions/hotmart"
	"github.com/aftersale/aftersale/actions/remote"
	"github.com/aftersale/aftersale/store"
)

// newHotmart is Hotmart as it is configured, with its quota of calls shared by all processes on the database.
func newHotmart(h HotmartConfig, s *store.Store, log *slog.Logger) *hotmart.Platform {
	id, secret := h.credential()
	return hotmart.New(hotmart.Options{
		APIURL: h.APIURL, AuthURL: h.AuthURL, ClientID: id, ClientSecret: secret, Basic: h.Basic.Reveal(),
		Limiter: remote.NewShared(remote.SharedOptions{Counter: s, Platform: "hotmart", PerMinute: hotmart.PerMinute, Now: now}),
		Now:     now, Log: log,
	})
}
