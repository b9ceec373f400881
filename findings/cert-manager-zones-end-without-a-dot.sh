#!/usr/bin/env bash
# The solvers of a cert-manager issuer: zones are compared as DNS does, names as texts, and a dot at the end fits nothing.
#
# Version: github.com/cert-manager/cert-manager v1.21.2 (pkg/util/solverpicker, which chooses the solver), Go 1.26.
#
# `selector.dnsZones` and `selector.dnsNames` stand side by side. A good engineer takes both for DNS names: without regard
# to the case of letters, and with or without the dot that a zone has at its end in every zone file and in the settings of DNS
# providers. Zones have no case, names do; and a zone with the dot fits no name at all, its own neither, so that the order
# fails with "no configured challenge solvers", or the next solver takes the name without a word. A zone that begins
# with a star or is a host's own name is taken.
#
# Valid input (an API server and cert-manager's webhook take each), no crash.
#
# Output seen (for www.example.org):
#   dnsZones example.org: solver
#   dnsZones Example.Org: solver
#   dnsZones example.org.: none
#   dnsZones .example.org: none
#   dnsZones www.example.org: solver
#   dnsNames www.example.org: solver
#   dnsNames WWW.example.org: none
#   dnsNames www.example.org.: none
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

	acme "github.com/cert-manager/cert-manager/pkg/apis/acme/v1"
	"github.com/cert-manager/cert-manager/pkg/util/solverpicker"
)

func show(what string, selector acme.CertificateDNSNameSelector) {
	solvers := []acme.ACMEChallengeSolver{{Selector: &selector, DNS01: &acme.ACMEChallengeSolverDNS01{}}}
	offered := []acme.ACMEChallenge{{Type: "dns-01"}}
	word := "none"
	if found, _ := solverpicker.Pick(context.Background(), "www.example.org", offered, solvers, &acme.Order{}); found != nil {
		word = "solver"
	}
	fmt.Printf("%s: %s\n", what, word)
}

func main() {
	for _, zone := range []string{"example.org", "Example.Org", "example.org.", ".example.org", "www.example.org"} {
		show("dnsZones "+zone, acme.CertificateDNSNameSelector{DNSZones: []string{zone}})
	}
	for _, name := range []string{"www.example.org", "WWW.example.org", "www.example.org."} {
		show("dnsNames "+name, acme.CertificateDNSNameSelector{DNSNames: []string{name}})
	}
}
GO
go mod init pick >/dev/null 2>&1
go mod edit -require github.com/cert-manager/cert-manager@v1.21.2
go build -o pick . 2>/dev/null
seen=$(./pick)
expected='dnsZones example.org: solver
dnsZones Example.Org: solver
dnsZones example.org.: none
dnsZones .example.org: none
dnsZones www.example.org: solver
dnsNames www.example.org: solver
dnsNames WWW.example.org: none
dnsNames www.example.org.: none'
echo "$seen"
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
