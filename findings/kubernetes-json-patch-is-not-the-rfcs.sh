#!/usr/bin/env bash
# What `kubectl patch --type=json` does is not what RFC 6902 says, nor what three other libraries would do.
#
# Versions: gopkg.in/evanphx/json-patch.v4 v4.13.0 (API servers, kubectl, kustomize), github.com/evanphx/json-patch/v5
# v5.9.11 (Go), fast-json-patch 3.1.1 (npm), jsonpatch 1.33 (PyPI); Go 1.26, Node.js 20, Python 3.
#
# A good engineer who tries a patch with a library before giving it to a cluster expects the same result. RFC 6902 has
# `replace` and `copy` fail where there is nothing, and numbers equal by value. For an API server
# - `replace` of a field that is not there adds it, so that a slip in a path is no error;
# - `test` with null holds where there is no such field, and `copy` from none makes a null;
# - 1.0 is not 1, so that a `test` written by a program that has only one kind of numbers fails;
# - an index counts from the end, -1 is the last item, and 01 is 1.
# `test` with an index that a list does not have fails all the same. Of the three other libraries none has all these answers.
#
# Valid JSON, and errors that are raised; no crash.
#
# Output seen (of {"list": [1, 2, 3], "one": 1}):
#   { "op": "replace", "path": "/typo", "value": 9 }: v4 {"list":[1,2,3],"one":1,"typo":9}; v5 npm python refused
#   { "op": "test", "path": "/none", "value": null }: v4 v5 {"list":[1,2,3],"one":1}; npm python refused
#   { "op": "test", "path": "/list/9", "value": null }: v4 v5 npm python refused
#   { "op": "copy", "from": "/none", "path": "/new" }: v4 {"list":[1,2,3],"new":null,"one":1}; v5 npm python refused
#   { "op": "test", "path": "/one", "value": 1.0 }: v4 v5 refused; npm python {"list":[1,2,3],"one":1}
#   { "op": "remove", "path": "/list/-1" }: v4 v5 {"list":[1,2],"one":1}; npm python refused
#   { "op": "add", "path": "/list/01", "value": 9 }: v4 v5 npm {"list":[1,9,2,3],"one":1}; python refused
#   { "op": "remove", "path": "/none" }: v4 v5 npm python refused
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
export GOFLAGS=-mod=mod GOPATH="$work/go" GOCACHE="$work/cache" GOTOOLCHAIN=local
npm init -y >/dev/null
npm install --silent --no-audit --no-fund fast-json-patch@3.1.1 >/dev/null 2>&1
python3 -m venv venv
venv/bin/pip -q install jsonpatch==1.33 2>/dev/null
cat >patches.json <<'JSON'
[
  { "op": "replace", "path": "/typo", "value": 9 },
  { "op": "test", "path": "/none", "value": null },
  { "op": "test", "path": "/list/9", "value": null },
  { "op": "copy", "from": "/none", "path": "/new" },
  { "op": "test", "path": "/one", "value": 1.0 },
  { "op": "remove", "path": "/list/-1" },
  { "op": "add", "path": "/list/01", "value": 9 },
  { "op": "remove", "path": "/none" }
]
JSON
cat >main.go <<'GO'
package main

import (
	"encoding/json"
	"fmt"
	"os"

	v5 "github.com/evanphx/json-patch/v5"
	v4 "gopkg.in/evanphx/json-patch.v4"
)

func main() {
	document := []byte(`{"list":[1,2,3],"one":1}`)
	patches, patched := []json.RawMessage{}, [][]string{}
	text, _ := os.ReadFile("patches.json")
	if err := json.Unmarshal(text, &patches); err != nil {
		panic(err)
	}
	show := func(result []byte, err error) string {
		if err != nil {
			return "refused"
		}
		var sorted any
		json.Unmarshal(result, &sorted)
		again, _ := json.Marshal(sorted)
		return string(again)
	}
	for _, one := range patches {
		list := []byte("[" + string(one) + "]")
		four, err := v4.DecodePatch(list)
		if err != nil {
			panic(err)
		}
		five, err := v5.DecodePatch(list)
		if err != nil {
			panic(err)
		}
		patched = append(patched, []string{show(four.Apply(document)), show(five.Apply(document))})
	}
	answer, _ := json.Marshal(patched)
	fmt.Println(string(answer))
}
GO
go mod init patch >/dev/null 2>&1
go get gopkg.in/evanphx/json-patch.v4@v4.13.0 github.com/evanphx/json-patch/v5@v5.9.11 >/dev/null 2>&1
go build -o patch . 2>/dev/null
./patch >go.json
cat >try.py <<'PY'
import json, jsonpatch

def show(patch):
    try:
        done = jsonpatch.apply_patch({"list": [1, 2, 3], "one": 1}, [patch])
        return json.dumps(done, sort_keys=True, separators=(",", ":"))
    except Exception:
        return "refused"

print(json.dumps([show(one) for one in json.load(open("patches.json"))]))
PY
venv/bin/python try.py >python.json
cat >try.mjs <<'JS'
import { readFileSync } from "node:fs";
import jsonpatch from "fast-json-patch";
const [patches, go, python] = ["patches.json", "go.json", "python.json"].map((name) =>
  JSON.parse(readFileSync(name, "utf8")),
);
const lines = readFileSync("patches.json", "utf8").split("\n").slice(1, -2);
patches.forEach((patch, index) => {
  let node = "refused";
  try {
    const { newDocument: done } = jsonpatch.applyPatch({ list: [1, 2, 3], one: 1 }, [patch], true);
    node = JSON.stringify(Object.fromEntries(Object.entries(done).sort()));
  } catch {
    // Refused.
  }
  const results = { v4: go[index][0], v5: go[index][1], npm: node, python: python[index] };
  const groups = new Map();
  for (const [name, result] of Object.entries(results)) {
    groups.set(result, [...(groups.get(result) ?? []), name]);
  }
  const text = lines[index].trim().replace(/,$/, "");
  console.log(`${text}: ${[...groups].map(([result, names]) => `${names.join(" ")} ${result}`).join("; ")}`);
});
JS
seen=$(node try.mjs)
expected='{ "op": "replace", "path": "/typo", "value": 9 }: v4 {"list":[1,2,3],"one":1,"typo":9}; v5 npm python refused
{ "op": "test", "path": "/none", "value": null }: v4 v5 {"list":[1,2,3],"one":1}; npm python refused
{ "op": "test", "path": "/list/9", "value": null }: v4 v5 npm python refused
{ "op": "copy", "from": "/none", "path": "/new" }: v4 {"list":[1,2,3],"new":null,"one":1}; v5 npm python refused
{ "op": "test", "path": "/one", "value": 1.0 }: v4 v5 refused; npm python {"list":[1,2,3],"one":1}
{ "op": "remove", "path": "/list/-1" }: v4 v5 {"list":[1,2],"one":1}; npm python refused
{ "op": "add", "path": "/list/01", "value": 9 }: v4 v5 npm {"list":[1,9,2,3],"one":1}; python refused
{ "op": "remove", "path": "/none" }: v4 v5 npm python refused'
echo "$seen"
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
