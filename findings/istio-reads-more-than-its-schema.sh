#!/usr/bin/env bash
# What istiod's own reader takes where no API server has looked first: numbers that are no value, two of one choice,
# nothing for an object, one field twice.
#
# Version: istio.io/api v1.31.1 (the types by which istiod and istioctl read), sigs.k8s.io/yaml v1.6.0, Go 1.26.
#
# Custom resources pass the schema of their definition. The mesh configuration (a ConfigMap), files given to
# `istioctl validate` and what istiod reads from a folder do not: they are read by golang/protobuf's jsonpb alone. A
# good engineer expects that reader to refuse what the types cannot hold. Seen instead:
# - an enum's unknown name is an error, an unknown number is kept: `mode: 7` is no outboundTrafficPolicy there is;
# - of two members of a oneof one is dropped without a word, here the exact path and the plain load balancer;
# - null as an item of a list is an item with nothing in it: a route for every request without destinations, and a
#   trust domain with an empty name;
# - a field has two names (trustDomain, trust_domain). Both at once are no error: the API's wins, whatever the order.
#   Istio's charts always write trustDomain, so that `trust_domain: example.org` in one's own values has no effect.
# `istioctl validate` 1.31 calls the two kinds of resources below valid, which an API server refuses by their schema.
#
# Valid YAML, no crash.
#
# Output seen:
#   {outboundTrafficPolicy: {mode: registry_only}}: refused
#   {outboundTrafficPolicy: {mode: 7}}: {"outboundTrafficPolicy":{"mode":7}}
#   {trustDomain: cluster.local, trust_domain: example.org}: {"trustDomain":"cluster.local"}
#   {trust_domain: example.org, trustDomain: cluster.local}: {"trustDomain":"cluster.local"}
#   {trustDomainAliases: [null]}: {"trustDomainAliases":[""]}
#   {http: [{match: [{uri: {prefix: /a, exact: /b}}]}]}: {"http":[{"match":[{"uri":{"prefix":"/a"}}]}]}
#   {http: [null]}: {"http":[{}]}
#   {trafficPolicy: {loadBalancer: {simple: RANDOM, consistentHash: {useSourceIp: true}}}}: {"trafficPolicy":{"loadBalancer":{"consistentHash":{"useSourceIp":true}}}}
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
export GOFLAGS=-mod=mod GOPATH="$work/go" GOCACHE="$work/cache" GOTOOLCHAIN=local
cat >main.go <<'GO'
package main

import (
	"fmt"

	mesh "istio.io/api/mesh/v1alpha1"
	networking "istio.io/api/networking/v1alpha3"
	"sigs.k8s.io/yaml"
)

type message interface {
	UnmarshalJSON([]byte) error
	MarshalJSON() ([]byte, error)
}

func show(into message, text string) {
	given, err := yaml.YAMLToJSON([]byte(text))
	if err == nil {
		err = into.UnmarshalJSON(given)
	}
	if err != nil {
		fmt.Printf("%s: refused\n", text)
		return
	}
	read, _ := into.MarshalJSON()
	fmt.Printf("%s: %s\n", text, read)
}

func main() {
	show(&mesh.MeshConfig{}, "{outboundTrafficPolicy: {mode: registry_only}}")
	show(&mesh.MeshConfig{}, "{outboundTrafficPolicy: {mode: 7}}")
	show(&mesh.MeshConfig{}, "{trustDomain: cluster.local, trust_domain: example.org}")
	show(&mesh.MeshConfig{}, "{trust_domain: example.org, trustDomain: cluster.local}")
	show(&mesh.MeshConfig{}, "{trustDomainAliases: [null]}")
	show(&networking.VirtualService{}, "{http: [{match: [{uri: {prefix: /a, exact: /b}}]}]}")
	show(&networking.VirtualService{}, "{http: [null]}")
	show(&networking.DestinationRule{}, "{trafficPolicy: {loadBalancer: {simple: RANDOM, consistentHash: {useSourceIp: true}}}}")
}
GO
go mod init read >/dev/null 2>&1
go get istio.io/api@v1.31.1 sigs.k8s.io/yaml@v1.6.0 >/dev/null 2>&1
go build -o read . 2>/dev/null
seen=$(./read)
expected='{outboundTrafficPolicy: {mode: registry_only}}: refused
{outboundTrafficPolicy: {mode: 7}}: {"outboundTrafficPolicy":{"mode":7}}
{trustDomain: cluster.local, trust_domain: example.org}: {"trustDomain":"cluster.local"}
{trust_domain: example.org, trustDomain: cluster.local}: {"trustDomain":"cluster.local"}
{trustDomainAliases: [null]}: {"trustDomainAliases":[""]}
{http: [{match: [{uri: {prefix: /a, exact: /b}}]}]}: {"http":[{"match":[{"uri":{"prefix":"/a"}}]}]}
{http: [null]}: {"http":[{}]}
{trafficPolicy: {loadBalancer: {simple: RANDOM, consistentHash: {useSourceIp: true}}}}: {"trafficPolicy":{"loadBalancer":{"consistentHash":{"useSourceIp":true}}}}'
echo "$seen"
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
