#!/usr/bin/env bash
# external-dns reads owner records back as names that it never wrote, and with --policy=sync deletes those.
#
# Version: sigs.k8s.io/external-dns v0.22.0 (its TXT registry and plan, with its own provider in memory), Go 1.26.
#
# Whose a name is says a TXT record at a name made of it: a-www for the A record of www. A good engineer expects
# that to be one for one, and --txt-wildcard-replacement=any to be a matter of spelling for DNS servers that take no star.
# But with it `*` and `any` have one owner record: an A record of the name `any` that somebody made by hand is external-dns'
# own, and goes at the next sync. And owner records of releases before 0.12 stand at the name itself: one at `a-team` is
# read as that of the A record of `team`. The hand-made `team` goes, and `a-team`, which it was written for, belongs to
# nobody from then on: it stays when its object goes.
#
# Valid input, no crash.
#
# Output seen (names that are wanted by nobody go):
#   replacement any, *.example.org wanted: deletes any.example.org
#   the same without a replacement: deletes nothing
#   an old owner record at www, nothing wanted: deletes www.example.org
#   an old owner record at a-team, nothing wanted: deletes team.example.org
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
export GOFLAGS=-mod=mod GOPATH="$work/go" GOCACHE="$work/cache" GOTOOLCHAIN=local
cat >main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/sirupsen/logrus"
	"sigs.k8s.io/external-dns/endpoint"
	"sigs.k8s.io/external-dns/pkg/apis/externaldns"
	"sigs.k8s.io/external-dns/plan"
	"sigs.k8s.io/external-dns/provider/inmemory"
	"sigs.k8s.io/external-dns/registry/txt"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func a(name string) *endpoint.Endpoint {
	return endpoint.NewEndpoint(name+".example.org", endpoint.RecordTypeA, "192.0.2.1")
}

// An owner record as releases before 0.12 wrote it.
func old(name string) *endpoint.Endpoint {
	return endpoint.NewEndpoint(name+".example.org", endpoint.RecordTypeTXT, `"heritage=external-dns,external-dns/owner=west"`)
}

// What a sync deletes of a zone in which external-dns has written `wanted`, and somebody else `others`.
func show(what, replacement string, wanted, others []*endpoint.Endpoint) {
	ctx := context.Background()
	zone := inmemory.NewInMemoryProvider(inmemory.InMemoryInitZones([]string{"example.org"}))
	registry, err := txt.New(&externaldns.Config{TXTOwnerID: "west", TXTWildcardReplacement: replacement}, zone)
	must(err)
	must(registry.ApplyChanges(ctx, &plan.Changes{Create: wanted}))
	must(zone.ApplyChanges(ctx, &plan.Changes{Create: others}))
	records, err := registry.Records(ctx)
	must(err)
	sync := &plan.Plan{
		Policies:       []plan.Policy{&plan.SyncPolicy{}},
		Current:        records,
		Desired:        wanted,
		ManagedRecords: []string{endpoint.RecordTypeA},
		OwnerID:        "west",
	}
	names := []string{}
	for _, one := range sync.Calculate().Changes.Delete {
		names = append(names, one.DNSName)
	}
	if len(names) == 0 {
		names = []string{"nothing"}
	}
	fmt.Printf("%s: deletes %s\n", what, strings.Join(names, " "))
}

func main() {
	logrus.SetOutput(io.Discard)
	type list = []*endpoint.Endpoint
	show("replacement any, *.example.org wanted", "any", list{a("*")}, list{a("any")})
	show("the same without a replacement", "", list{a("*")}, list{a("any")})
	show("an old owner record at www, nothing wanted", "", nil, list{a("www"), old("www")})
	show("an old owner record at a-team, nothing wanted", "", nil, list{a("a-team"), old("a-team"), a("team")})
}
GO
go mod init owners >/dev/null 2>&1
go mod edit -require sigs.k8s.io/external-dns@v0.22.0
go build -o owners . 2>/dev/null
seen=$(./owners)
expected='replacement any, *.example.org wanted: deletes any.example.org
the same without a replacement: deletes nothing
an old owner record at www, nothing wanted: deletes www.example.org
an old owner record at a-team, nothing wanted: deletes team.example.org'
echo "$seen"
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
