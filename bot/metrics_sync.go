package main

import (
	"context"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/aftersale/aftersale/store"
)

// syncCollector tells of the last readings of the commerce platform when it is asked, since other processes read too.
type syncCollector struct {
	store *store.Store
	log   *slog.Logger
}

var (
	syncEnded = prometheus.NewDesc("aftersale_sync_last_end_seconds",
		"When the commerce platform was last read to the end, in seconds since 1970, by kind: fill, recent, deep.", []string{"kind"}, nil)
	syncMissed = prometheus.NewDesc("aftersale_sync_last_missed",
		"Sales that the last such reading found and no webhook had told.", []string{"kind"}, nil)
	syncBad = prometheus.NewDesc("aftersale_sync_last_bad",
		"Items that the last such reading could not understand.", []string{"kind"}, nil)
)

// Describe implements prometheus.Collector.
func (syncCollector) Describe(out chan<- *prometheus.Desc) {
	out <- syncEnded
	out <- syncMissed
	out <- syncBad
}

// lastSyncs is how far it is looked back for one of each kind: more than the hourly ones of a day.
const lastSyncs = 100

// Collect implements prometheus.Collector. A database that does not answer leaves a gap.
func (c syncCollector) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapePatience)
	defer cancel()
	all, err := c.store.In(ctx).Syncs(accountID, []string{"done"}, lastSyncs)
	if err != nil {
		c.log.Warn("metrics without the readings of the platform", "err", err)
		return
	}
	seen := map[string]bool{}
	for _, y := range all {
		if seen[y.Kind] || y.EndedAt == nil {
			continue
		}
		seen[y.Kind] = true
		out <- prometheus.MustNewConstMetric(syncEnded, prometheus.GaugeValue, float64(y.EndedAt.Unix()), y.Kind)
		out <- prometheus.MustNewConstMetric(syncMissed, prometheus.GaugeValue, float64(y.Missed), y.Kind)
		out <- prometheus.MustNewConstMetric(syncBad, prometheus.GaugeValue, float64(y.Bad), y.Kind)
	}
}
