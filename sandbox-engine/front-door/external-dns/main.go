// Package main is external-dns: its own flags, sources, plan and TXT registry,
// and of the providers only RFC 2136 (the others' modules cannot all be had).
// Unlike its own command it waits for kinds that are not there yet (Istio's, in
// a new cluster) instead of ending and being started again by the kubelet, which
// waits longer each time.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	log "github.com/sirupsen/logrus"
	_ "k8s.io/client-go/plugin/pkg/client/auth"

	"sigs.k8s.io/external-dns/endpoint"
	"sigs.k8s.io/external-dns/pkg/apis/externaldns"
	"sigs.k8s.io/external-dns/pkg/apis/externaldns/validation"
	"sigs.k8s.io/external-dns/plan"
	"sigs.k8s.io/external-dns/provider"
	"sigs.k8s.io/external-dns/provider/rfc2136"
	"sigs.k8s.io/external-dns/registry/txt"
	"sigs.k8s.io/external-dns/source"
	"sigs.k8s.io/external-dns/source/annotations"
	"sigs.k8s.io/external-dns/source/wrappers"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	cfg := externaldns.NewConfig()
	if err := cfg.ParseFlags(os.Args[1:]); err != nil {
		return err
	}
	if err := validation.ValidateConfig(cfg); err != nil {
		return err
	}
	level, err := log.ParseLevel(cfg.LogLevel)
	if err != nil {
		return err
	}
	log.SetLevel(level)
	annotations.SetAnnotationPrefix(cfg.AnnotationPrefix)
	if cfg.EnableLegacyAnnotationPrefix {
		annotations.SetLegacyAnnotationPrefix(annotations.LegacyAnnotationPrefix)
	}
	sources, err := source.NewSourceConfig(cfg)
	if err != nil {
		return err
	}
	from, err := wrappers.Build(ctx, sources)
	for err != nil {
		log.Warnf("sources are not there yet: %v", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Second):
		}
		from, err = wrappers.Build(ctx, sources)
	}
	filter := endpoint.NewDomainFilterWithOptions(
		endpoint.WithDomainFilter(cfg.DomainFilter), endpoint.WithDomainExclude(cfg.DomainExclude))
	to, err := rfc2136.New(ctx, cfg, filter)
	if err != nil {
		return err
	}
	registry, err := txt.New(cfg, to)
	if err != nil {
		return err
	}
	for {
		// As Controller.RunOnce does, whose package imports every provider.
		current, err := registry.Records(ctx)
		if err != nil {
			return err
		}
		with := context.WithValue(ctx, provider.RecordsContextKey, current)
		wanted, err := from.Endpoints(with)
		if err != nil {
			return err
		}
		if wanted, err = registry.AdjustEndpoints(wanted); err != nil {
			return err
		}
		p := (&plan.Plan{
			Policies: []plan.Policy{plan.Policies[cfg.Policy]}, Current: current, Desired: wanted,
			DomainFilter:   endpoint.MatchAllDomainFilters{filter, registry.GetDomainFilter()},
			ManagedRecords: cfg.ManagedDNSRecordTypes, ExcludeRecords: cfg.ExcludeDNSRecordTypes,
			OwnerID: registry.OwnerID(), OldOwnerID: cfg.TXTOwnerOld,
		}).Calculate()
		if p.Changes.HasChanges() {
			if err := registry.ApplyChanges(with, p.Changes); err != nil {
				log.Error(err)
			}
		} else {
			log.Info("All records are already up to date")
		}
		if cfg.Once {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(cfg.Interval):
		}
	}
}
