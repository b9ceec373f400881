#!/usr/bin/env bash
# Strategic merge patch tells the ports of a Service apart by their number alone: HTTP/3 beside HTTPS replaces HTTPS.
#
# Versions: k8s.io/apimachinery v0.36.3 (`kubectl patch` without --type, and `kubectl apply` without --server-side), its
# merge of server-side apply with k8s.io/client-go v0.36.3, Go 1.26.
#
# A gateway has port 443 twice, for TCP and for UDP (HTTP/3); the API tells them apart by number and protocol, and so does
# server-side apply. A good engineer expects a patch that names port 443 and UDP to be for that entry. It is for the
# first entry of that number: where there is only the TCP one it becomes the UDP one, so that HTTPS is gone; where there
# are both, the TCP one is changed and two alike remain, which an API server refuses; to delete the UDP one deletes
# both. The same for container ports. `kubectl apply` comes to the same where a manifest has a second protocol added.
#
# Valid input, no crash.
#
# Output seen:
#   there: https 443/TCP->8443
#   patch with http3 443/UDP: http3 443/UDP->8443
#   server-side apply of it: https 443/TCP->8443, http3 443/UDP->8443
#   there: https 443/TCP->8443, http3 443/UDP->8443
#   patch of 443/UDP to 9443: https 443/UDP->9443, http3 443/UDP->8443
#   patch that deletes 443/UDP: none
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
export GOFLAGS=-mod=mod GOPATH="$work/go" GOCACHE="$work/cache" GOTOOLCHAIN=local
cat >main.go <<'GO'
package main

import (
	"encoding/json"
	"fmt"
	"strings"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields/managedfieldstest"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	applyconfigurations "k8s.io/client-go/applyconfigurations"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/yaml"
)

const (
	https = "{name: https, port: 443, protocol: TCP, targetPort: 8443}"
	http3 = "{name: http3, port: 443, protocol: UDP, targetPort: 8443}"
)

func jsonOf(ports string) []byte {
	text, err := yaml.YAMLToJSON([]byte("{apiVersion: v1, kind: Service, metadata: {name: door}, spec: {ports: [" + ports + "]}}"))
	if err != nil {
		panic(err)
	}
	return text
}

func show(what string, object any) {
	text, _ := json.Marshal(object)
	service := core.Service{}
	if err := json.Unmarshal(text, &service); err != nil {
		panic(err)
	}
	ports := []string{}
	for _, port := range service.Spec.Ports {
		ports = append(ports, fmt.Sprintf("%s %d/%s->%s", port.Name, port.Port, port.Protocol, port.TargetPort.String()))
	}
	if len(ports) == 0 {
		ports = []string{"none"}
	}
	fmt.Printf("%s: %s\n", what, strings.Join(ports, ", "))
}

func patched(there, patch string) any {
	merged, err := strategicpatch.StrategicMergePatch(jsonOf(there), jsonOf(patch), core.Service{})
	if err != nil {
		panic(err)
	}
	return json.RawMessage(merged)
}

func serverSide(manifests ...string) any {
	kind := schema.GroupVersionKind{Version: "v1", Kind: "Service"}
	m := managedfieldstest.NewTestFieldManager(applyconfigurations.NewTypeConverter(scheme.Scheme), kind)
	for number, ports := range manifests {
		object := &unstructured.Unstructured{}
		if err := object.UnmarshalJSON(jsonOf(ports)); err != nil {
			panic(err)
		}
		if err := m.Apply(object, fmt.Sprint("manager", number), false); err != nil {
			panic(err)
		}
	}
	return m.Live()
}

func main() {
	show("there", json.RawMessage(jsonOf(https)))
	show("patch with http3 443/UDP", patched(https, http3))
	show("server-side apply of it", serverSide(https, http3))
	both := https + ", " + http3
	show("there", json.RawMessage(jsonOf(both)))
	show("patch of 443/UDP to 9443", patched(both, "{port: 443, protocol: UDP, targetPort: 9443}"))
	show("patch that deletes 443/UDP", patched(both, "{$patch: delete, port: 443, protocol: UDP}"))
}
GO
go mod init patch >/dev/null 2>&1
go get k8s.io/api@v0.36.3 k8s.io/apimachinery@v0.36.3 k8s.io/client-go@v0.36.3 sigs.k8s.io/yaml@v1.6.0 >/dev/null 2>&1
go build -o patch . 2>/dev/null
seen=$(./patch)
expected='there: https 443/TCP->8443
patch with http3 443/UDP: http3 443/UDP->8443
server-side apply of it: https 443/TCP->8443, http3 443/UDP->8443
there: https 443/TCP->8443, http3 443/UDP->8443
patch of 443/UDP to 9443: https 443/UDP->9443, http3 443/UDP->8443
patch that deletes 443/UDP: none'
echo "$seen"
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
