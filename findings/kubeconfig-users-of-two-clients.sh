#!/usr/bin/env bash
# One kubeconfig, two official clients: as whom they ask differs, and neither says so.
#
# Versions: @kubernetes/client-node 1.4.0 (npm), k8s.io/client-go v0.36.3 (what kubectl reads with), Node.js 20, Go 1.26.
#
# A good engineer expects one meaning of a kubeconfig, and a refusal where a client cannot do what it asks for:
# - `tokenFile` is a field of users that kubeconfigs of pods and cloud tools have. client-node reads past it
#   and asks as nobody, without an error; the API server then says "system:anonymous" has no rights.
# - A user with a name and no password has the password "undefined" for client-node and none for client-go.
# - A token beside a name and password: client-go refuses the file, client-node sends the token.
# - Certificate and certificate data together: client-go's message says that the data "will override", and it is
#   the error by which it refuses the file. client-node asks.
# - A context whose user is not in the file: client-go asks as nobody. client-node then leaves the cluster's
#   authority out too, and complains of the server's certificate.
#
# Output seen:
#   token:                  go "Bearer t", node "Bearer t"
#   tokenFile:              go "Bearer from-file", node ""
#   token and tokenFile:    go "Bearer from-file", node "Bearer t"
#   username:               go "Basic a:", node "Basic a:undefined"
#   token and password:     go refused, node "Bearer t"
#   authority twice:        go refused, node "Bearer t"
#   user that is not there: go "", node DEPTH_ZERO_SELF_SIGNED_CERT
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
export GOFLAGS=-mod=mod GOPATH="$work/go" GOCACHE="$work/cache" GOTOOLCHAIN=local
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @kubernetes/client-node@1.4.0 >/dev/null 2>&1
cat >ask.mjs <<'JS'
import { KubeConfig } from "@kubernetes/client-node";
import { get } from "node:https";

try {
  const config = new KubeConfig();
  config.loadFromFile("kubeconfig");
  const options = { headers: {} };
  await config.applyToHTTPSOptions(options);
  get(config.getCurrentCluster().server, options, (answer) => answer.pipe(process.stdout)).on("error", ({ code }) =>
    process.stdout.write(code),
  );
} catch {
  process.stdout.write("refused");
}
JS
cat >main.go <<'GO'
// Serves what a request brings as its Authorization, and asks with both clients.
package main

import (
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

func main() {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := r.Header.Get("Authorization")
		if rest, basic := strings.CutPrefix(header, "Basic "); basic {
			text, _ := base64.StdEncoding.DecodeString(rest)
			header = "Basic " + string(text)
		}
		fmt.Fprintf(w, "%q", header)
	}))
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	os.WriteFile("ca.pem", ca, 0o600)
	os.WriteFile("token", []byte("from-file\n"), 0o600)
	data := "certificate-authority-data: " + base64.StdEncoding.EncodeToString(ca)
	show := func(name, cluster, user, asked string) {
		text := fmt.Sprintf(`{apiVersion: v1, kind: Config, current-context: c,
  contexts: [{name: c, context: {cluster: k, user: %s}}],
  clusters: [{name: k, cluster: {server: "%s", %s}}], users: [{name: u, user: {%s}}]}`, asked, server.URL, cluster, user)
		os.WriteFile("kubeconfig", []byte(text), 0o600)
		node, _ := exec.Command("node", "ask.mjs").Output()
		fmt.Printf("%-23s go %s, node %s\n", name+":", ask(), node)
	}
	show("token", data, "token: t", "u")
	show("tokenFile", data, "tokenFile: token", "u")
	show("token and tokenFile", data, "token: t, tokenFile: token", "u")
	show("username", data, "username: a", "u")
	show("token and password", data, "token: t, username: a, password: b", "u")
	show("authority twice", data+", certificate-authority: ca.pem", "token: t", "u")
	show("user that is not there", data, "token: t", "other")
}

func ask() string {
	config, err := clientcmd.BuildConfigFromFlags("", "kubeconfig")
	if err != nil {
		return "refused"
	}
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return "refused"
	}
	answer, err := client.Get(config.Host)
	if err != nil {
		return err.Error()
	}
	body, _ := io.ReadAll(answer.Body)
	return string(body)
}
GO
go mod init ask >/dev/null 2>&1
go get k8s.io/client-go@v0.36.3 >/dev/null 2>&1
go build -o ask . 2>/dev/null
seen=$(./ask 2>/dev/null)
expected='token:                  go "Bearer t", node "Bearer t"
tokenFile:              go "Bearer from-file", node ""
token and tokenFile:    go "Bearer from-file", node "Bearer t"
username:               go "Basic a:", node "Basic a:undefined"
token and password:     go refused, node "Bearer t"
authority twice:        go refused, node "Bearer t"
user that is not there: go "", node DEPTH_ZERO_SELF_SIGNED_CERT'
echo "$seen"
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
