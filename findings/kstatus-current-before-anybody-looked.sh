#!/usr/bin/env bash
# kstatus, by which Helm 4 and Flux wait, calls gateways and certificates done before any controller has looked at them.
#
# Version: github.com/fluxcd/cli-utils v1.2.1 (pkg/kstatus/status, the version in Helm 4.2's go.mod), Go 1.26.
#
# A good engineer who waits for a release expects what `helm install --wait` of Helm 3 did: a Service of type LoadBalancer
# is waited for until it has an address. kstatus asks for its clusterIP alone. Of kinds that it does not know it looks at
# a Ready condition (and at Stalled and Reconciling) and at status.observedGeneration, where they are there, and else
# calls them current: a Gateway that is refused or has no address, an HTTPRoute that its Gateway does not take, a
# Certificate that cert-manager has not seen yet, and one whose Ready is of an earlier generation, since cert-manager
# writes the generation into the condition only. So an east-west gateway without an address and a certificate that is
# not issued end a wait with success; the same Certificate with a first condition would be waited for.
#
# Valid input, no crash.
#
# Output seen:
#   Service of type LoadBalancer without an address: Current
#   Ingress without an address: Current
#   Gateway that nobody has looked at: Current
#   Gateway that is refused: Current
#   Gateway without an address: Current
#   HTTPRoute that its Gateway refuses: Current
#   Certificate that nobody has looked at: Current
#   Certificate that was ready before its last change: Current
#   Certificate that is not ready: InProgress
#   VirtualService whose last change istiod has not seen: InProgress
#   StatefulSet of type OnDelete, no pod of it ready: Current
#   PodDisruptionBudget with none of its pods healthy: Current
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
export GOFLAGS=-mod=mod GOPATH="$work/go" GOCACHE="$work/cache" GOTOOLCHAIN=local
cat >main.go <<'GO'
package main

import (
	"fmt"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

func show(what, kind, rest string) {
	text, err := yaml.YAMLToJSON([]byte("{metadata: {name: a, namespace: b, generation: 2}, " + kind + ", " + rest + "}"))
	if err != nil {
		panic(err)
	}
	object := &unstructured.Unstructured{}
	if err := object.UnmarshalJSON(text); err != nil {
		panic(err)
	}
	result, err := status.Compute(object)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%s: %s\n", what, result.Status)
}

func main() {
	gateway := "apiVersion: gateway.networking.k8s.io/v1, kind: Gateway"
	certificate := "apiVersion: cert-manager.io/v1, kind: Certificate"
	ready := func(status, generation string) string {
		return "status: {conditions: [{type: Ready, status: '" + status + "', observedGeneration: " + generation + "}]}"
	}
	show("Service of type LoadBalancer without an address", "apiVersion: v1, kind: Service",
		"spec: {type: LoadBalancer, clusterIP: 10.0.0.1}, status: {loadBalancer: {}}")
	show("Ingress without an address", "apiVersion: networking.k8s.io/v1, kind: Ingress", "status: {loadBalancer: {}}")
	show("Gateway that nobody has looked at", gateway, "spec: {}")
	show("Gateway that is refused", gateway,
		"status: {conditions: [{type: Accepted, status: 'False', reason: Invalid, observedGeneration: 2}]}")
	show("Gateway without an address", gateway, `status: {conditions: [
		{type: Accepted, status: 'True', reason: Accepted, observedGeneration: 2},
		{type: Programmed, status: 'False', reason: AddressNotAssigned, observedGeneration: 2}]}`)
	show("HTTPRoute that its Gateway refuses", "apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute",
		"status: {parents: [{conditions: [{type: Accepted, status: 'False', reason: NotAllowedByListeners, observedGeneration: 2}]}]}")
	show("Certificate that nobody has looked at", certificate, "spec: {}")
	show("Certificate that was ready before its last change", certificate, ready("True", "1"))
	show("Certificate that is not ready", certificate, ready("False", "2"))
	show("VirtualService whose last change istiod has not seen",
		"apiVersion: networking.istio.io/v1, kind: VirtualService", "status: {observedGeneration: 1}")
	show("StatefulSet of type OnDelete, no pod of it ready", "apiVersion: apps/v1, kind: StatefulSet",
		"spec: {replicas: 3, updateStrategy: {type: OnDelete}}, status: {observedGeneration: 2, replicas: 3, readyReplicas: 0}")
	show("PodDisruptionBudget with none of its pods healthy", "apiVersion: policy/v1, kind: PodDisruptionBudget",
		"status: {observedGeneration: 2, currentHealthy: 0, desiredHealthy: 3}")
}
GO
go mod init wait >/dev/null 2>&1
go get github.com/fluxcd/cli-utils@v1.2.1 k8s.io/apimachinery@v0.36.3 sigs.k8s.io/yaml@v1.6.0 >/dev/null 2>&1
go build -o wait . 2>/dev/null
seen=$(./wait)
expected='Service of type LoadBalancer without an address: Current
Ingress without an address: Current
Gateway that nobody has looked at: Current
Gateway that is refused: Current
Gateway without an address: Current
HTTPRoute that its Gateway refuses: Current
Certificate that nobody has looked at: Current
Certificate that was ready before its last change: Current
Certificate that is not ready: InProgress
VirtualService whose last change istiod has not seen: InProgress
StatefulSet of type OnDelete, no pod of it ready: Current
PodDisruptionBudget with none of its pods healthy: Current'
echo "$seen"
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
