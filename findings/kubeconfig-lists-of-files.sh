#!/usr/bin/env bash
# KUBECONFIG with two files: kubectl asks the cluster of the first, the official clients for Node.js and Python that of the last.
#
# Versions: k8s.io/client-go v0.36.3 (what kubectl reads with), @kubernetes/client-node 1.4.0 (npm), kubernetes 37.0.2 (PyPI);
# Go 1.26, Node.js 20, Python 3.
#
# `KUBECONFIG=west:east` is how people work with several clusters. A good engineer takes the rule of kubectl's
# documentation (the first file to set a value wins, files that are not there are passed over) for that of the format, and a
# script that was tried beside `kubectl config current-context` for one that does its work there. client-node and the Python
# client take the current context of the last file that has one, and say nothing. Where both files have a cluster or a user
# of one name, Go and Python keep that of the first file, so that Python goes by the second file's context to the
# first file's cluster. client-node refuses such lists, also one that names a file twice, or one that is not there.
#
# Output seen (context, server, token; `none` has no current context, `one` and `two` have a cluster and a user of one name):
#   west:east: go west https://west.example of-west, node east https://east.example of-east, python east https://east.example of-east
#   east:west: go east https://east.example of-east, node west https://west.example of-west, python west https://west.example of-west
#   west:none: go west https://west.example of-west, node west https://west.example of-west, python west https://west.example of-west
#   west:missing: go west https://west.example of-west, node ENOENT: no such file or directory, python west https://west.example of-west
#   west:west: go west https://west.example of-west, node Duplicate cluster: west, python west https://west.example of-west
#   one:two: go one https://one.example of-one, node Duplicate cluster: same, python two https://one.example of-one
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
export GOFLAGS=-mod=mod GOPATH="$work/go" GOCACHE="$work/cache" GOTOOLCHAIN=local
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @kubernetes/client-node@1.4.0 >/dev/null 2>&1
python3 -m venv venv
venv/bin/pip -q install kubernetes==37.0.2 2>/dev/null
config() {
  echo "{apiVersion: v1, kind: Config, $2 contexts: [{name: $1, context: {cluster: $3, user: $3}}]," \
    "clusters: [{name: $3, cluster: {server: \"https://$1.example\"}}], users: [{name: $3, user: {token: of-$1}}]}" >"$1"
}
config west "current-context: west," west
config east "current-context: east," east
config none "" none
config one "current-context: one," same
config two "current-context: two," same
cat >read.mjs <<'JS'
import { KubeConfig } from "@kubernetes/client-node";
try {
  const config = new KubeConfig();
  config.loadFromDefault();
  const words = [config.getCurrentContext(), config.getCurrentCluster().server, config.getCurrentUser().token];
  process.stdout.write(words.join(" "));
} catch (error) {
  process.stdout.write(error.message.replace(/, open.*/, ""));
}
JS
cat >read.py <<'PY'
from kubernetes import client, config

settings = client.Configuration()
config.load_kube_config(client_configuration=settings)
_, current = config.list_kube_config_contexts()
[token] = settings.api_key.values()
print(current["name"], settings.host, token.removeprefix("Bearer "), end="")
PY
cat >main.go <<'GO'
package main

import (
	"fmt"

	"k8s.io/client-go/tools/clientcmd"
)

func main() {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	raw, err := rules.Load()
	if err != nil {
		panic(err)
	}
	context := raw.Contexts[raw.CurrentContext]
	fmt.Print(raw.CurrentContext, " ", raw.Clusters[context.Cluster].Server, " ", raw.AuthInfos[context.AuthInfo].Token)
}
GO
go mod init lists >/dev/null 2>&1
go get k8s.io/client-go@v0.36.3 >/dev/null 2>&1
go build -o lists . 2>/dev/null
seen=$(for list in west:east east:west west:none west:missing west:west one:two; do
  export KUBECONFIG=$list
  echo "$list: go $(./lists), node $(node read.mjs), python $(venv/bin/python read.py)"
done)
expected='west:east: go west https://west.example of-west, node east https://east.example of-east, python east https://east.example of-east
east:west: go east https://east.example of-east, node west https://west.example of-west, python west https://west.example of-west
west:none: go west https://west.example of-west, node west https://west.example of-west, python west https://west.example of-west
west:missing: go west https://west.example of-west, node ENOENT: no such file or directory, python west https://west.example of-west
west:west: go west https://west.example of-west, node Duplicate cluster: west, python west https://west.example of-west
one:two: go one https://one.example of-one, node Duplicate cluster: same, python two https://one.example of-one'
echo "$seen"
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
