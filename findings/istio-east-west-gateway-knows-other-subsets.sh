#!/usr/bin/env bash
# The gateway between networks lets subsets through by DestinationRules that are not the caller's, and picks services
# by `hosts` without the namespace in front.
#
# Version: istio.io/istio v0.0.0-20260827124520-eed52ebb66ad (August 2026, the 1.31 line), the listeners that istiod makes of
# a Gateway with AUTO_PASSTHROUGH and the clusters of a caller, Go 1.26.
#
# A sidecar asks another network for "version v1 of web" by a server name, outbound_.80_.v1_.web..., and the gateway
# there has one filter chain for each name. A good engineer who overrides a service's DestinationRule for the callers of
# one namespace (one in their own namespace comes before the service's) expects what works inside a network to work
# across. istiod makes the gateway's names of the rule that counts for the gateway, in its namespace, the service's or
# the root namespace. A caller's subset that is not in that one has endpoints, TLS is begun with its name, and the
# gateway cuts the connection: 503, while the same subset on the own network works. The gateway of a network goes by its
# own istiod, so a rule that is in the caller's cluster alone ends the same way. A subset of the same name is taken,
# with the pods that the far rule says it is.
# In `hosts` of such a Gateway `shop/*.local`, which elsewhere means "of namespace shop", exposes all namespaces, and
# `./*.local` too: what stands before the slash selects VirtualServices. `*.shop.svc.cluster.local` narrows it.
#
# Valid input, no crash.
#
# Output seen (services shop/web, data/db; a caller in namespace front; subsets that its rule and the gateway have for web):
#   rule in shop: caller v1 v2, gateway v1 v2
#   rule in istio-system: caller v1 v2, gateway v1 v2
#   rule in front: caller v1 v2, gateway none
#   rule in front, another with v1 in shop: caller v1 v2, gateway v1
#   rule in shop, exported to front: caller v1 v2, gateway none
#   hosts *.local: data/db shop/web
#   hosts shop/*.local: data/db shop/web
#   hosts ./*.local: data/db shop/web
#   hosts *.shop.svc.cluster.local: shop/web
#   hosts web.shop.svc.cluster.local: shop/web
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
export GOFLAGS=-mod=mod GOPATH="$work/go" GOCACHE="$work/cache" GOTOOLCHAIN=local
cat >main_test.go <<'GO'
package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/pkg/networking/core"
)

const services = `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: web, namespace: shop}
spec:
  hosts: [web.shop.svc.cluster.local]
  ports: [{number: 80, name: http, protocol: HTTP}]
  location: MESH_INTERNAL
  resolution: STATIC
  endpoints: [{address: 192.0.2.1, labels: {version: v1}}, {address: 192.0.2.2, labels: {version: v2}}]
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: db, namespace: data}
spec:
  hosts: [db.data.svc.cluster.local]
  ports: [{number: 5432, name: tcp, protocol: TCP}]
  location: MESH_INTERNAL
  resolution: STATIC
  endpoints: [{address: 192.0.2.3}]
`

func gateway(hosts string) string {
	return `
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: cross-network-gateway, namespace: istio-system}
spec:
  selector: {istio: eastwestgateway}
  servers: [{port: {number: 15443, name: tls, protocol: TLS}, tls: {mode: AUTO_PASSTHROUGH}, hosts: ["` + hosts + `"]}]
`
}

func rule(namespace, export string, subsets ...string) string {
	text := `
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: web, namespace: ` + namespace + `}
spec:
  host: web.shop.svc.cluster.local
  exportTo: ["` + export + `"]
  subsets:
`
	for _, subset := range subsets {
		text += "  - {name: " + subset + ", labels: {version: " + subset + "}}\n"
	}
	return text
}

// What the gateway between networks has chains for: service, subset.
func chains(t *testing.T, configs string) (names [][2]string) {
	test := core.NewConfigGenTest(t, core.TestOptions{ConfigString: configs})
	labels := map[string]string{"istio": "eastwestgateway"}
	proxy := test.SetupProxy(&model.Proxy{
		Type: model.Router, ConfigNamespace: "istio-system", Labels: labels,
		Metadata: &model.NodeMetadata{Namespace: "istio-system", Labels: labels},
	})
	for _, listener := range test.Listeners(proxy) {
		for _, chain := range listener.FilterChains {
			for _, name := range chain.GetFilterChainMatch().GetServerNames() {
				parts := strings.SplitN(name, "_.", 4)
				host := strings.Split(parts[3], ".")
				names = append(names, [2]string{host[1] + "/" + host[0], strings.TrimPrefix(parts[2], "_")})
			}
		}
	}
	return names
}

func list(words []string) string {
	slices.Sort(words)
	if len(words) == 0 {
		return "none"
	}
	return strings.Join(slices.Compact(words), " ")
}

func TestSubsets(t *testing.T) {
	out, _ := os.Create("seen")
	for _, try := range []struct{ what, rules string }{
		{"rule in shop", rule("shop", "*", "v1", "v2")},
		{"rule in istio-system", rule("istio-system", "*", "v1", "v2")},
		{"rule in front", rule("front", "*", "v1", "v2")},
		{"rule in front, another with v1 in shop", rule("front", "*", "v1", "v2") + rule("shop", "*", "v1")},
		{"rule in shop, exported to front", rule("shop", "front", "v1", "v2")},
	} {
		configs := services + gateway("*.local") + try.rules
		var caller, between []string
		test := core.NewConfigGenTest(t, core.TestOptions{ConfigString: configs})
		sidecar := test.SetupProxy(&model.Proxy{ConfigNamespace: "front", Metadata: &model.NodeMetadata{Namespace: "front"}})
		for _, cluster := range test.Clusters(sidecar) {
			if parts := strings.Split(cluster.Name, "|"); len(parts) == 4 && parts[0] == "outbound" && parts[2] != "" {
				caller = append(caller, parts[2])
			}
		}
		for _, name := range chains(t, configs) {
			if name[1] != "" {
				between = append(between, name[1])
			}
		}
		fmt.Fprintf(out, "%s: caller %s, gateway %s\n", try.what, list(caller), list(between))
	}
	for _, hosts := range []string{
		"*.local", "shop/*.local", "./*.local", "*.shop.svc.cluster.local", "web.shop.svc.cluster.local",
	} {
		var open []string
		for _, name := range chains(t, services+gateway(hosts)) {
			open = append(open, name[0])
		}
		fmt.Fprintf(out, "hosts %s: %s\n", hosts, list(open))
	}
}
GO
go mod init gateways >/dev/null 2>&1
go get istio.io/istio@v0.0.0-20260827124520-eed52ebb66ad >/dev/null 2>&1
go test -vet=off -count=1 . >log 2>&1 || { tail -20 log >&2; exit 1; }
seen=$(cat seen)
expected="rule in shop: caller v1 v2, gateway v1 v2
rule in istio-system: caller v1 v2, gateway v1 v2
rule in front: caller v1 v2, gateway none
rule in front, another with v1 in shop: caller v1 v2, gateway v1
rule in shop, exported to front: caller v1 v2, gateway none
hosts *.local: data/db shop/web
hosts shop/*.local: data/db shop/web
hosts ./*.local: data/db shop/web
hosts *.shop.svc.cluster.local: shop/web
hosts web.shop.svc.cluster.local: shop/web"
echo "$seen"
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
