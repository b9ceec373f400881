#!/usr/bin/env bash
# A gateway that passes TLS through leaves out a whole match for one name in it that somebody else has.
#
# Version: istio.io/istio v0.0.0-20260827124520-eed52ebb66ad (August 2026, the 1.31 line), the listeners that istiod makes of
# a Gateway with PASSTHROUGH and of `tls` in VirtualServices, Go 1.26.
#
# Two VirtualServices with one name in `sniHosts` are two claims to one name. A good engineer expects the older one to get
# the name and the younger one to keep its others, as hosts of HTTP routes do. istiod leaves out the match of the younger
# one with all of its names: handshakes for these are reset, though nobody else has them. Its log says so, and no status.
# A match for each name loses that name alone. Which of the two is the older one goes by their age, so that deleting and
# making one again hands the name over.
# A wildcard and a name that it stands for are two names: both are there, and the closer one wins.
#
# Valid input, no crash.
#
# Output seen (name in the handshake = where it is led):
#   one shared name, one match each: a.example=one
#   one shared name, a match for each name: a.example=one b.example=two c.example=two
#   the same, the other one older: a.example=two b.example=two c.example=two
#   a wildcard beside a name: *.example=one a.example=two
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
metadata: {name: backends, namespace: shop}
spec:
  hosts: [one.shop.svc.cluster.local, two.shop.svc.cluster.local]
  ports: [{number: 8443, name: tls, protocol: TLS}]
  location: MESH_INTERNAL
  resolution: STATIC
  endpoints: [{address: 192.0.2.1}]
`

const gateway = `
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: front, namespace: shop}
spec:
  selector: {istio: ingressgateway}
  servers: [{port: {number: 443, name: tls, protocol: TLS}, tls: {mode: PASSTHROUGH}, hosts: ["*.example"]}]
`

// A VirtualService that passes names in handshakes on; each of matches is one list of names.
func route(name, created, hosts, to string, matches ...string) string {
	text := `
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ` + name + `, namespace: shop, creationTimestamp: "2026-01-0` + created + `T00:00:00Z"}
spec:
  hosts: [` + hosts + `]
  gateways: [front]
  tls:
  - match:
`
	for _, names := range matches {
		text += "    - {port: 443, sniHosts: [" + names + "]}\n"
	}
	return text + "    route: [{destination: {host: " + to + ".shop.svc.cluster.local, port: {number: 8443}}}]\n"
}

// Where the gateway leads each name.
func leads(t *testing.T, configs string) string {
	test := core.NewConfigGenTest(t, core.TestOptions{ConfigString: services + configs})
	labels := map[string]string{"istio": "ingressgateway"}
	proxy := test.SetupProxy(&model.Proxy{
		Type: model.Router, ConfigNamespace: "shop", Labels: labels,
		Metadata: &model.NodeMetadata{Namespace: "shop", Labels: labels},
	})
	var found []string
	for _, listener := range test.Listeners(proxy) {
		for _, chain := range listener.FilterChains {
			to := "?"
			for _, filter := range chain.Filters {
				text := string(filter.GetTypedConfig().GetValue())
				for _, name := range []string{"one", "two"} {
					if strings.Contains(text, "|"+name+".shop") {
						to = name
					}
				}
			}
			for _, name := range chain.GetFilterChainMatch().GetServerNames() {
				found = append(found, name+"="+to)
			}
		}
	}
	if len(found) == 0 {
		return "none"
	}
	slices.Sort(found)
	return strings.Join(found, " ")
}

func TestNames(t *testing.T) {
	out, _ := os.Create("seen")
	for _, try := range []struct{ what, configs string }{
		{"one shared name, one match each", gateway + route("old", "1", "a.example", "one", "a.example") + route("young", "2", "a.example, b.example, c.example", "two", "a.example, b.example, c.example")},
		{"one shared name, a match for each name", gateway + route("old", "1", "a.example", "one", "a.example") + route("young", "2", "a.example, b.example, c.example", "two", "a.example", "b.example, c.example")},
		{"the same, the other one older", gateway + route("old", "3", "a.example", "one", "a.example") + route("young", "2", "a.example, b.example, c.example", "two", "a.example, b.example, c.example")},
		{"a wildcard beside a name", gateway + route("old", "1", `"*.example"`, "one", `"*.example"`) + route("young", "2", "a.example", "two", "a.example")},
	} {
		fmt.Fprintf(out, "%s: %s\n", try.what, leads(t, try.configs))
	}
}
GO
go mod init names >/dev/null 2>&1
go get istio.io/istio@v0.0.0-20260827124520-eed52ebb66ad >/dev/null 2>&1
go test -vet=off -count=1 . >log 2>&1 || { tail -20 log >&2; exit 1; }
seen=$(cat seen)
expected="one shared name, one match each: a.example=one
one shared name, a match for each name: a.example=one b.example=two c.example=two
the same, the other one older: a.example=two b.example=two c.example=two
a wildcard beside a name: *.example=one a.example=two"
echo "$seen"
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
