#!/usr/bin/env bash
# kustomize's includeSelectors decides whom policies let in and what Services without a selector lead to.
#
# Version: sigs.k8s.io/kustomize/api v0.21.1 (kustomize 5.8, kubectl 1.36), Go 1.26.
#
# `labels: [{pairs: {team: t}, includeSelectors: true}]` (and commonLabels before it) is there to mark what one builds.
# A good engineer expects a label on objects, and on selectors of the pods that get it. Beyond that:
# - a Service without a selector, whose endpoints somebody else writes (a gateway announced by hand, a database
#   elsewhere), gets the selector `team: t`: Kubernetes then writes its endpoints, all pods of the team;
# - a peer of a NetworkPolicy gets the label, also one in another namespace, so that clients which are not built here
#   are let in no more; only an empty selector stays as it was;
# - pod anti-affinity to another application looks for the label too, and finds nothing of others;
# - none of that happens to kinds that kustomize does not know: DestinationRule's subsets, Gateway's and
#   AuthorizationPolicy's selectors stay as they were.
#
# Output seen:
#   Service without a selector: {"team":"t"}
#   policy's own pods: {"app":"a","team":"t"}
#   policy's client: {"app":"client","team":"t"}
#   policy's client of any name: {}
#   policy's client in another namespace: {"app":"client","team":"t"}
#   pods to keep away from: {"app":"other","team":"t"}
#   AuthorizationPolicy's pods: {"app":"a"}
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
	"os"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

const kustomization = "resources: [objects.yaml]\nlabels: [{pairs: {team: t}, includeSelectors: true}]\n"

const objects = `
apiVersion: v1
kind: Service
metadata: { name: outside }
spec: { ports: [{ port: 80 }] }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: a }
spec:
  podSelector: { matchLabels: { app: a } }
  ingress:
    - from:
        - podSelector: { matchLabels: { app: client } }
        - podSelector: {}
        - namespaceSelector: { matchLabels: { name: n } }
          podSelector: { matchLabels: { app: client } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: a }
spec:
  selector: { matchLabels: { app: a } }
  template:
    metadata: { labels: { app: a } }
    spec:
      affinity:
        podAntiAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            - { topologyKey: kubernetes.io/hostname, labelSelector: { matchLabels: { app: other } } }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: a }
spec: { selector: { matchLabels: { app: a } } }
`

func main() {
	disk := filesys.MakeFsInMemory()
	disk.WriteFile("/kustomization.yaml", []byte(kustomization))
	disk.WriteFile("/objects.yaml", []byte(objects))
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(disk, "/")
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	kinds := map[string]any{}
	for _, one := range built.Resources() {
		content, _ := one.Map()
		kinds[one.GetKind()] = content["spec"]
	}
	peer := func(number int) []any { return []any{"NetworkPolicy", "ingress", 0, "from", number, "podSelector", "matchLabels"} }
	show := func(what string, path ...any) {
		var at any = kinds
		for _, step := range path {
			switch key := step.(type) {
			case string:
				at, _ = at.(map[string]any)[key]
			case int:
				at = at.([]any)[key]
			}
			if at == nil {
				at = map[string]any{}
			}
		}
		text, _ := json.Marshal(at)
		fmt.Printf("%s: %s\n", what, text)
	}
	show("Service without a selector", "Service", "selector")
	show("policy's own pods", "NetworkPolicy", "podSelector", "matchLabels")
	show("policy's client", peer(0)...)
	show("policy's client of any name", peer(1)...)
	show("policy's client in another namespace", peer(2)...)
	show("pods to keep away from", "Deployment", "template", "spec", "affinity", "podAntiAffinity",
		"requiredDuringSchedulingIgnoredDuringExecution", 0, "labelSelector", "matchLabels")
	show("AuthorizationPolicy's pods", "AuthorizationPolicy", "selector", "matchLabels")
}
GO
go mod init build >/dev/null 2>&1
go get sigs.k8s.io/kustomize/api@v0.21.1 >/dev/null 2>&1
go build -o build . 2>/dev/null
seen=$(./build)
expected='Service without a selector: {"team":"t"}
policy'\''s own pods: {"app":"a","team":"t"}
policy'\''s client: {"app":"client","team":"t"}
policy'\''s client of any name: {}
policy'\''s client in another namespace: {"app":"client","team":"t"}
pods to keep away from: {"app":"other","team":"t"}
AuthorizationPolicy'\''s pods: {"app":"a"}'
echo "$seen"
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
