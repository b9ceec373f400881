#!/usr/bin/env bash
# Which protocol Istio takes a Service's port for: a webhook by gRPC speaks gRPC-Web, and what appProtocol says without
# being understood hides a name that is.
#
# Version: istio.io/istio v0.0.0-20260827124520-eed52ebb66ad (August 2026, the 1.31 line), pkg/config/kube, by which istiod
# reads every port of every cluster; Go 1.26.
#
# Istio documents `name: <protocol>[-<suffix>]`, and appProtocol before it. A good engineer expects the part before the
# first dash to decide, appProtocol to be one word, and the name to count where appProtocol says nothing that Istio
# knows. Seen instead:
# - grpc-web is compared as the beginning of the text: `grpc-webhook`, `grpc-website` are gRPC-Web ports, `grpc-hook` is gRPC;
# - appProtocol is cut at its first dash too: `https-old` is HTTPS, and no HTTP route reaches the port any more;
# - an appProtocol of somebody else's (a controller's own word with a domain, kubernetes.io/http, which there is not)
#   turns `http` and `tcp` in the name off: the port is sniffed. The names with kubernetes.io have a case, the others none;
# - 25, 53, 3306 and 27017 are TCP where neither says anything, 5432 and 443 are not; so `name: web` on port 3306 gets
#   no HTTP, and the same name on 3307 does;
# - `udp-` in the name of a TCP port makes it UDP, for which sidecars have no listener at all.
# Ports of one Service have to be alike in all clusters of a mesh, so that a change of a name in one alone matters.
#
# Valid input, no crash.
#
# Output seen:
#   80 http-web: HTTP
#   80 web-http: UnsupportedProtocol
#   80 grpc-web: GRPC-Web
#   80 grpc-webhook: GRPC-Web
#   80 grpc-hook: GRPC
#   80 grpc, appProtocol grpc-webhook: GRPC-Web
#   80 http, appProtocol https-old: HTTPS
#   80 http, appProtocol HTTP: HTTP
#   80 http, appProtocol kubernetes.io/h2c: HTTP2
#   80 http, appProtocol kubernetes.io/H2C: UnsupportedProtocol
#   80 http, appProtocol kubernetes.io/http: UnsupportedProtocol
#   80 tcp-db, appProtocol example.com/db: UnsupportedProtocol
#   80 udp-dns: UDP
#   3306 web: TCP
#   3306 http: HTTP
#   3306 http, appProtocol example.com/own: TCP
#   3307 web: UnsupportedProtocol
#   5432 web: UnsupportedProtocol
#   443 web: UnsupportedProtocol
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
export GOFLAGS=-mod=mod GOPATH="$work/go" GOCACHE="$work/cache" GOTOOLCHAIN=local
cat >main.go <<'GO'
package main

import (
	"fmt"

	core "k8s.io/api/core/v1"

	"istio.io/istio/pkg/config/kube"
)

func main() {
	for _, port := range []struct {
		number            int32
		name, appProtocol string
	}{
		{80, "http-web", ""},
		{80, "web-http", ""},
		{80, "grpc-web", ""},
		{80, "grpc-webhook", ""},
		{80, "grpc-hook", ""},
		{80, "grpc", "grpc-webhook"},
		{80, "http", "https-old"},
		{80, "http", "HTTP"},
		{80, "http", "kubernetes.io/h2c"},
		{80, "http", "kubernetes.io/H2C"},
		{80, "http", "kubernetes.io/http"},
		{80, "tcp-db", "example.com/db"},
		{80, "udp-dns", ""},
		{3306, "web", ""},
		{3306, "http", ""},
		{3306, "http", "example.com/own"},
		{3307, "web", ""},
		{5432, "web", ""},
		{443, "web", ""},
	} {
		said := fmt.Sprintf("%d %s", port.number, port.name)
		var appProtocol *string
		if port.appProtocol != "" {
			appProtocol = &port.appProtocol
			said += ", appProtocol " + port.appProtocol
		}
		fmt.Printf("%s: %s\n", said, kube.ConvertProtocol(port.number, port.name, core.ProtocolTCP, appProtocol))
	}
}
GO
go mod init protocols >/dev/null 2>&1
go mod edit -require istio.io/istio@v0.0.0-20260827124520-eed52ebb66ad
go build -o protocols . 2>log || { tail -5 log >&2; exit 1; }
seen=$(./protocols)
expected="80 http-web: HTTP
80 web-http: UnsupportedProtocol
80 grpc-web: GRPC-Web
80 grpc-webhook: GRPC-Web
80 grpc-hook: GRPC
80 grpc, appProtocol grpc-webhook: GRPC-Web
80 http, appProtocol https-old: HTTPS
80 http, appProtocol HTTP: HTTP
80 http, appProtocol kubernetes.io/h2c: HTTP2
80 http, appProtocol kubernetes.io/H2C: UnsupportedProtocol
80 http, appProtocol kubernetes.io/http: UnsupportedProtocol
80 tcp-db, appProtocol example.com/db: UnsupportedProtocol
80 udp-dns: UDP
3306 web: TCP
3306 http: HTTP
3306 http, appProtocol example.com/own: TCP
3307 web: UnsupportedProtocol
5432 web: UnsupportedProtocol
443 web: UnsupportedProtocol"
echo "$seen"
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
