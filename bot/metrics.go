package main

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/adapters/inbound"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
)

// metrics is what the process counts. Labels are names of our own (flows, kinds of jobs, outcomes), never anything
// that a person typed or is called.
type metrics struct {
	registry     *prometheus.Registry
	interactions *prometheus.CounterVec
	latency      *prometheus.HistogramVec
	jobs         *prometheus.CounterVec
	jobLatency   *prometheus.HistogramVec
	mails        *prometheus.CounterVec
	webhooks     *prometheus.CounterVec
	webhookTook  *prometheus.HistogramVec
	webhookDelay *prometheus.HistogramVec
}

// Buckets in seconds: an interaction is one commit, a job may be a call to a slow platform.
var (
	interactionBuckets = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5}
	jobBuckets         = []float64{.001, .005, .01, .05, .1, .5, 1, 5, 10, 30, 60}
	delayBuckets       = []float64{1, 5, 15, 60, 300, 900, 3600, 21_600, 86_400}
)

func newMetrics(s *store.Store, log *slog.Logger) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		interactions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "aftersale_interactions_total", Help: "Interactions by flow and by how they ended."}, []string{"flow", "outcome"}),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "aftersale_interaction_seconds", Help: "How long interactions took, from the event to its commit.",
			Buckets: interactionBuckets}, []string{"flow"}),
		jobs: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "aftersale_jobs_total", Help: "Runs of jobs by kind and outcome: done, later, given_up, failed."}, []string{"kind", "outcome"}),
		jobLatency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "aftersale_job_seconds", Help: "How long runs of jobs took.", Buckets: jobBuckets}, []string{"kind"}),
		mails: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "aftersale_mails_total", Help: "Mails by outcome: sent, failed."}, []string{"outcome"}),
		webhooks: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "aftersale_webhooks_total", Help: "Deliveries of commerce platforms by kind and by what became of them: " + strings.Join(inbound.Results, ", ") + "."},
			[]string{"source", "kind", "result"}),
		webhookTook: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "aftersale_webhook_seconds", Help: "How long deliveries took, from the request to the answer.", Buckets: interactionBuckets}, []string{"source"}),
		webhookDelay: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "aftersale_webhook_delay_seconds", Help: "How old deliveries were when they came, by the sender's clock.", Buckets: delayBuckets}, []string{"source"}),
	}
	m.registry.MustRegister(m.interactions, m.latency, m.jobs, m.jobLatency, m.mails, m.webhooks, m.webhookTook, m.webhookDelay, queueCollector{s, log}, syncCollector{s, log},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, outcome := range []string{"sent", "failed"} {
		m.mails.WithLabelValues(outcome) // so that a rate exists before the first one
	}
	return m
}

// observe counts an interaction; it is flow.Options.Observe.
func (m *metrics) observe(flow, outcome string, took time.Duration) {
	m.interactions.WithLabelValues(flow, outcome).Inc()
	m.latency.WithLabelValues(flow).Observe(took.Seconds())
}

// delivered counts a delivery of a commerce platform.
func (m *metrics) delivered(s inbound.Seen) {
	m.webhooks.WithLabelValues(s.Source, s.Kind, s.Result).Inc()
	m.webhookTook.WithLabelValues(s.Source).Observe(s.Took.Seconds())
	if s.Delay > 0 && s.Result == "kept" {
		m.webhookDelay.WithLabelValues(s.Source).Observe(s.Delay.Seconds())
	}
}

// counted counts the runs of jobs.
func (m *metrics) counted(handlers map[string]jobs.Handler) map[string]jobs.Handler {
	all := make(map[string]jobs.Handler, len(handlers))
	for kind, handler := range handlers {
		all[kind] = func(ctx context.Context, job jobs.Job) error {
			began := time.Now()
			err := handler(ctx, job)
			m.jobs.WithLabelValues(kind, jobs.Outcome(err)).Inc()
			m.jobLatency.WithLabelValues(kind).Observe(time.Since(began).Seconds())
			return err
		}
	}
	return all
}

// countedMailer counts the mails that leave through it.
type countedMailer struct {
	actions.Mailer
	mails *prometheus.CounterVec
}

// Send implements actions.Mailer.
func (c countedMailer) Send(ctx context.Context, m actions.Message) error {
	err := c.Mailer.Send(ctx, m)
	outcome := "sent"
	if err != nil {
		outcome = "failed"
	}
	c.mails.WithLabelValues(outcome).Inc()
	return err
}

// handler serves the metrics.
func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
}

// queueCollector counts waiting jobs when it is asked, since other processes add and work them too.
type queueCollector struct {
	store *store.Store
	log   *slog.Logger
}

var (
	queueDepth = prometheus.NewDesc("aftersale_jobs_waiting",
		"Jobs that are not done, by kind and state: due, running, later.", []string{"kind", "state"}, nil)
	webhooksWaiting = prometheus.NewDesc("aftersale_webhooks_waiting", "Deliveries of commerce platforms that are kept and not applied yet.", nil, nil)
	webhooksOldest  = prometheus.NewDesc("aftersale_webhooks_waiting_seconds", "How long the oldest of them has waited; 0: none waits.", nil, nil)
)

// Describe implements prometheus.Collector.
func (queueCollector) Describe(out chan<- *prometheus.Desc) {
	out <- queueDepth
	out <- webhooksWaiting
	out <- webhooksOldest
}

// scrapePatience is how long the database may take to count.
const scrapePatience = 5 * time.Second

// Collect implements prometheus.Collector. A database that does not answer leaves a gap.
func (q queueCollector) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapePatience)
	defer cancel()
	depths, err := q.store.In(ctx).QueueDepths()
	if err != nil {
		q.log.Warn("metrics without the depth of the queue", "err", err)
		return
	}
	for _, d := range depths {
		out <- prometheus.MustNewConstMetric(queueDepth, prometheus.GaugeValue, float64(d.Count), d.Kind, d.State)
	}
	waits, err := q.store.In(ctx).WaitingInbound()
	if err != nil {
		q.log.Warn("metrics without the deliveries that wait", "err", err)
		return
	}
	age := 0.0
	if waits.Since != nil {
		age = max(now().Sub(*waits.Since).Seconds(), 0)
	}
	out <- prometheus.MustNewConstMetric(webhooksWaiting, prometheus.GaugeValue, float64(waits.Count))
	out <- prometheus.MustNewConstMetric(webhooksOldest, prometheus.GaugeValue, age)
}
