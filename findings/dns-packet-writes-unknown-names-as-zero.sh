#!/usr/bin/env bash
# dns-packet 5.6.1 (npm): a class or type that it does not know is written as number 0, and a short address is filled up.
#
# An update of DNS (RFC 2136) takes one value away by a record of class NONE. A good engineer who builds one with this
# encoder expects an error for a name that it does not have. It writes 0 instead, for class NONE as for
# any other word, so that a server gets a record of a class that there is not, and no deletion. An unknown type
# becomes 0 too. "192.0.2" becomes 192.0.2.0, where the shorthand of inet_aton would be 192.0.0.2; a label of more than
# 63 bytes is written with its length, which is no length any more: the message cannot be read.
#
# Versions: dns-packet 5.6.1 writes, dnspython 2.8.0 (PyPI) reads; Node.js 20.
#
# Output seen:
#   class IN: a.example.test. 0 IN A 192.0.2.1
#   class NONE: a.example.test. 0 RESERVED0 A \# 4 c0000201
#   class BOGUS: a.example.test. 0 RESERVED0 A \# 4 c0000201
#   type BOGUS: a.example.test. 0 IN TYPE0 \# 0
#   address 192.0.2: a.example.test. 0 IN A 192.0.2.0
#   label of 64 bytes: refused by the reader
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund dns-packet@5.6.1 >/dev/null 2>&1
python3 -m venv venv
venv/bin/pip -q install dnspython==2.8.0
cat >write.mjs <<'JS'
import { encode } from "dns-packet";

const update = 5 << 11;
function write(what, record) {
  const given = { type: "A", name: "a.example.test", ttl: 0, data: "192.0.2.1", ...record };
  const questions = [{ type: "SOA", name: "example.test" }];
  const message = encode({ type: "query", id: 1, flags: update, questions, authorities: [given] });
  console.log(`${what}\t${message.toString("hex")}`);
}

write("class IN", { class: "IN" });
write("class NONE", { class: "NONE" });
write("class BOGUS", { class: "BOGUS" });
write("type BOGUS", { type: "BOGUS", data: Buffer.alloc(0) });
write("address 192.0.2", { data: "192.0.2" });
write("label of 64 bytes", { name: `${"x".repeat(64)}.example.test` });
JS
cat >read.py <<'P'
import sys
import dns.exception, dns.message

for line in sys.stdin:
    what, message = line.rstrip("\n").split("\t")
    try:
        [record] = dns.message.from_wire(bytes.fromhex(message)).update
        print(f"{what}: {record.to_text(origin=None).strip()}")
    except dns.exception.DNSException:
        print(f"{what}: refused by the reader")
P
seen=$(node write.mjs | venv/bin/python read.py)
expected='class IN: a.example.test. 0 IN A 192.0.2.1
class NONE: a.example.test. 0 RESERVED0 A \# 4 c0000201
class BOGUS: a.example.test. 0 RESERVED0 A \# 4 c0000201
type BOGUS: a.example.test. 0 IN TYPE0 \# 0
address 192.0.2: a.example.test. 0 IN A 192.0.2.0
label of 64 bytes: refused by the reader'
echo "$seen"
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
