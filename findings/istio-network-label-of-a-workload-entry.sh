#!/usr/bin/env bash
# The label topology.istio.io/network puts a pod into a network. On a workload that is written down by hand it is a label.
#
# Version: istio.io/istio v0.0.0-20260827124520-eed52ebb66ad (August 2026, the 1.31 line), the endpoints that istiod gives a
# proxy of network west for a ServiceEntry, Go 1.26.
#
# A good engineer takes `network: east` of an endpoint and the label topology.istio.io/network, which decides for pods,
# namespaces and gateways, for two ways to say one thing. For an endpoint of a ServiceEntry, and for a WorkloadEntry, the
# field alone decides whether proxies of other networks go by a gateway. With the label alone they are sent to the address
# itself, which is another network's and leads nowhere or to somebody else; yet subsets and failoverPriority by that
# label count it as east. Where both are there and differ, traffic goes by the field's network and a subset of the
# label's does not have it.
# And what is in another network is dropped without a word unless it speaks mTLS, which a workload is taken to do only
# with a serviceAccount or the label security.istio.io/tlsMode: istio. In a network without a gateway, a misspelled one
# for instance, it is not dropped: its address is handed out as if it were near.
#
# Valid input, no crash.
#
# Output seen, of an endpoint in a ServiceEntry and of a WorkloadEntry alike (192.0.2.1 is the workload, 198.51.100.1:15443
# the gateway of east; of all endpoints and of the subset with the label east):
#   field east: 198.51.100.1:15443, subset 198.51.100.1:15443
#   label east: 192.0.2.1:80, subset 192.0.2.1:80
#   field west, label east: 192.0.2.1:80, subset 192.0.2.1:80
#   field east, label west: 198.51.100.1:15443, subset none
#   neither: 192.0.2.1:80, subset none
#   field east, no account: none, subset none
#   field east, no account, tlsMode istio: 198.51.100.1:15443, subset 198.51.100.1:15443
#   field esat: 192.0.2.1:80, subset none
#   field esat, no account: 192.0.2.1:80, subset none
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
	"testing"

	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/pkg/networking/core"
	"istio.io/istio/pilot/pkg/xds/endpoints"
)

const rule = `
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: web, namespace: shop}
spec:
  host: web.shop.example
  subsets: [{name: east, labels: {topology.istio.io/network: east}}]
`

const service = `
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: web, namespace: shop}
spec:
  hosts: [web.shop.example]
  ports: [{number: 80, name: http, protocol: HTTP}]
  location: MESH_INTERNAL
  resolution: STATIC
  `

func addresses(test *core.ConfigGenTest, proxy *model.Proxy, subset string) string {
	builder := endpoints.NewEndpointBuilder("outbound|80|"+subset+"|web.shop.example", proxy, test.PushContext())
	for _, locality := range builder.BuildClusterLoadAssignment(test.Env().EndpointIndex).GetEndpoints() {
		for _, one := range locality.LbEndpoints {
			address := one.GetEndpoint().GetAddress().GetSocketAddress()
			return fmt.Sprintf("%s:%d", address.GetAddress(), address.GetPortValue())
		}
	}
	return "none"
}

func TestNetworks(t *testing.T) {
	out, _ := os.Create("seen")
	near := []model.NetworkGateway{{Network: "east", Cluster: "east", Addr: "198.51.100.1", Port: 15443}}
	for _, try := range []struct{ what, spec string }{
		{"field east", "network: east, serviceAccount: web"},
		{"label east", "labels: {topology.istio.io/network: east}, serviceAccount: web"},
		{"field west, label east", "network: west, labels: {topology.istio.io/network: east}, serviceAccount: web"},
		{"field east, label west", "network: east, labels: {topology.istio.io/network: west}, serviceAccount: web"},
		{"neither", "serviceAccount: web"},
		{"field east, no account", "network: east"},
		{"field east, no account, tlsMode istio", "network: east, labels: {security.istio.io/tlsMode: istio}"},
		{"field esat", "network: esat, serviceAccount: web"},
		{"field esat, no account", "network: esat"},
	} {
		seen := map[string]string{}
		for _, kind := range []string{"ServiceEntry", "WorkloadEntry"} {
			configs := rule + service
			if kind == "ServiceEntry" {
				configs += "endpoints: [{address: 192.0.2.1, " + try.spec + "}]\n"
			} else {
				configs += `workloadSelector: {labels: {app: web}}
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {address: 192.0.2.1, ` + try.spec + "}\n"
			}
			test := core.NewConfigGenTest(t, core.TestOptions{ConfigString: configs, Gateways: near})
			proxy := test.SetupProxy(&model.Proxy{
				ConfigNamespace: "shop", Metadata: &model.NodeMetadata{Namespace: "shop", Network: "west"},
			})
			seen[kind] = addresses(test, proxy, "") + ", subset " + addresses(test, proxy, "east")
		}
		if seen["ServiceEntry"] == seen["WorkloadEntry"] {
			fmt.Fprintf(out, "%s: %s\n", try.what, seen["ServiceEntry"])
		} else {
			fmt.Fprintf(out, "%s: %v\n", try.what, seen)
		}
	}
}
GO
go mod init networks >/dev/null 2>&1
go get istio.io/istio@v0.0.0-20260827124520-eed52ebb66ad >/dev/null 2>&1
go test -vet=off -count=1 . >log 2>&1 || { tail -20 log >&2; exit 1; }
seen=$(cat seen)
expected="field east: 198.51.100.1:15443, subset 198.51.100.1:15443
label east: 192.0.2.1:80, subset 192.0.2.1:80
field west, label east: 192.0.2.1:80, subset 192.0.2.1:80
field east, label west: 198.51.100.1:15443, subset none
neither: 192.0.2.1:80, subset none
field east, no account: none, subset none
field east, no account, tlsMode istio: 198.51.100.1:15443, subset 198.51.100.1:15443
field esat: 192.0.2.1:80, subset none
field esat, no account: 192.0.2.1:80, subset none"
echo "$seen"
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
