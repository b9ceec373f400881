#!/usr/bin/env bash
# What npm's yaml writes for readers of YAML 1.1, Kubernetes' own reader takes for something else.
#
# Versions: yaml 2.9.1 (npm), sigs.k8s.io/yaml v1.6.0 (Go; kubectl, kustomize and helm read with it), Node.js 20, Go 1.26.
#
# yaml's `stringify` quotes a text that a reader would take for a number. With `version: "1.1"` or
# `compat: "yaml-1.1"` it does so by the rules of YAML 1.1. The reader of Kubernetes has rules of its own: it
# hands plain scalars to Go's strconv.ParseInt with base 0, so that 0O17, 0B11 and 0X1F (capital letters) and
# 0o17 are numbers, in no version of YAML all of them. A text such as a release called "0O17" comes out as 15.
# And U+2029, which is a line break in YAML 1.1 and none in 1.2, is written as it is between double quotes:
# in a value it survives without the blanks around it, in a key the file is refused.
#
# Valid input, no crash: two programs that are both right by their own documentation.
#
# Output seen:
#   text "0O17" is written as 0O17 and read as 15
#   text "0B11" is written as 0B11 and read as 3
#   text "0o17" is written as 0o17 and read as 15
#   text "a\u2029b" as a key: refused
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
export GOFLAGS=-mod=mod GOPATH="$work/go" GOCACHE="$work/cache"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund yaml@2.9.1
cat >write.mjs <<'JS'
import { stringify } from "yaml";
const text = JSON.parse(process.argv[2]);
const value = process.argv[3] === "key" ? { [text]: 1 } : { v: text };
process.stdout.write(stringify(value, { version: "1.1" }));
JS
mkdir read
cat >read/main.go <<'GO'
package main

import (
	"fmt"
	"io"
	"os"

	"sigs.k8s.io/yaml"
)

func main() {
	text, _ := io.ReadAll(os.Stdin)
	json, err := yaml.YAMLToJSON(text)
	if err != nil {
		fmt.Print("refused")
		return
	}
	fmt.Print(string(json))
}
GO
(cd read && go mod init read >/dev/null 2>&1 && go get sigs.k8s.io/yaml@v1.6.0 >/dev/null 2>&1 && go build -o ../reader .)
{
  for text in 0O17 0B11 0o17; do
    written=$(node write.mjs "\"$text\"")
    read=$(printf '%s\n' "$written" | ./reader)
    echo "text \"$text\" is written as ${written#v: } and read as $(node -p "JSON.parse(process.argv[1]).v" "$read")"
  done
  echo "text \"a\\u2029b\" as a key: $(node write.mjs '"a\u2029b"' key | ./reader)"
} | tee seen.txt
diff seen.txt - <<'END'
text "0O17" is written as 0O17 and read as 15
text "0B11" is written as 0B11 and read as 3
text "0o17" is written as 0o17 and read as 15
text "a\u2029b" as a key: refused
END
