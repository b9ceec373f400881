#!/usr/bin/env bash
# miekg/dns: the strings of a TXT record are text of a zone file, not the bytes of the record.
#
# Versions: github.com/miekg/dns v1.1.73 (external-dns, cert-manager, lego and CoreDNS are built on it) writes, dnspython
# 2.8.0 (PyPI) reads what was sent; Go 1.26.
#
# `dns.TXT{Txt: []string{...}}` is a list of Go strings, so a good engineer puts a token, a path or JSON there as it is. On the
# way out a backslash begins an escape: it is lost, and `\065` is sent as the letter A. On the way in quotes, backslashes and
# bytes that are not printable get one, so that a text does not come back as it went out, and comparing what is wanted with
# what is there never ends. A string of 256 bytes is an error of the whole message there, while the same text given to
# NewRR is cut in two; and NewRR takes `;` for the beginning of a comment unless the text has quotes, without an error.
#
# Valid input, and errors that are raised; no crash.
#
# Output seen:
#   "plain": sent "plain", comes back "plain"
#   "c:\\temp": sent "c:temp", comes back "c:temp"
#   "50\\037": sent "50%", comes back "50%"
#   "\\065BC": sent "ABC", comes back "ABC"
#   "{\"a\":1}": sent "{\"a\":1}", comes back "{\\\"a\\\":1}"
#   "ü": sent "ü", comes back "\\195\\188"
#   256 bytes in Txt: dns: string exceeded 255 bytes in txt
#   256 bytes in NewRR: 2 strings
#   v=DKIM1; p=abc in NewRR: ["v=DKIM1"]
#   "v=DKIM1; p=abc" in NewRR: ["v=DKIM1; p=abc"]
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
export GOFLAGS=-mod=mod GOPATH="$work/go" GOCACHE="$work/cache" GOTOOLCHAIN=local
python3 -m venv venv
venv/bin/pip -q install dnspython==2.8.0 2>/dev/null
cat >read.py <<'PY'
import sys, dns.message

strings = dns.message.from_wire(sys.stdin.buffer.read()).answer[0][0].strings
sys.stdout.buffer.write(b"".join(strings))
PY
cat >main.go <<'GO'
package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"strings"

	"github.com/miekg/dns"
)

func message(text string) ([]byte, error) {
	header := dns.RR_Header{Name: "a.test.", Rrtype: dns.TypeTXT, Class: dns.ClassINET, Ttl: 60}
	m := &dns.Msg{Answer: []dns.RR{&dns.TXT{Hdr: header, Txt: []string{text}}}}
	return m.Pack()
}

func main() {
	for _, text := range []string{"plain", `c:\temp`, `50\037`, `\065BC`, `{"a":1}`, "ü"} {
		wire, err := message(text)
		if err != nil {
			panic(err)
		}
		read := exec.Command("venv/bin/python", "read.py")
		read.Stdin = bytes.NewReader(wire)
		sent, err := read.Output()
		if err != nil {
			panic(err)
		}
		back := &dns.Msg{}
		if err := back.Unpack(wire); err != nil {
			panic(err)
		}
		fmt.Printf("%q: sent %q, comes back %q\n", text, sent, back.Answer[0].(*dns.TXT).Txt[0])
	}
	long := strings.Repeat("x", 256)
	_, err := message(long)
	fmt.Println("256 bytes in Txt:", err)
	parse := func(text string) []string {
		record, err := dns.NewRR("a.test. 60 IN TXT " + text)
		if err != nil {
			panic(err)
		}
		return record.(*dns.TXT).Txt
	}
	fmt.Println("256 bytes in NewRR:", len(parse(`"`+long+`"`)), "strings")
	for _, text := range []string{`v=DKIM1; p=abc`, `"v=DKIM1; p=abc"`} {
		fmt.Printf("%s in NewRR: %q\n", text, parse(text))
	}
}
GO
go mod init txt >/dev/null 2>&1
go get github.com/miekg/dns@v1.1.73 >/dev/null 2>&1
go build -o txt . 2>/dev/null
seen=$(./txt)
expected='"plain": sent "plain", comes back "plain"
"c:\\temp": sent "c:temp", comes back "c:temp"
"50\\037": sent "50%", comes back "50%"
"\\065BC": sent "ABC", comes back "ABC"
"{\"a\":1}": sent "{\"a\":1}", comes back "{\\\"a\\\":1}"
"ü": sent "ü", comes back "\\195\\188"
256 bytes in Txt: dns: string exceeded 255 bytes in txt
256 bytes in NewRR: 2 strings
v=DKIM1; p=abc in NewRR: ["v=DKIM1"]
"v=DKIM1; p=abc" in NewRR: ["v=DKIM1; p=abc"]'
echo "$seen"
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
