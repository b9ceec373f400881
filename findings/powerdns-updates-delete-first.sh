#!/usr/bin/env bash
# PowerDNS 4.7 does all deletes of a DNS update before all adds, whatever their order.
#
# Records of an update are done one after the other (RFC 2136, 3.4.2): what is added and then deleted in one message is
# gone, which is how "put X there, then clear the name" is written. PowerDNS answers NOERROR, as it should, and X is
# there: it deletes first. So one message leaves another zone than on BIND and Knot, and nothing says so.
#
# Versions: pdns-server and pdns-backend-sqlite3 4.7.3-2 (Debian 12) answer, dnspython 2.8.0 (PyPI) asks.
#
# Output seen:
#   add 192.0.2.1, delete 192.0.2.1: NOERROR, there: 192.0.2.1
#   add 192.0.2.1, delete the set: NOERROR, there: 192.0.2.1
#   add 192.0.2.1, delete the name: NOERROR, there: 192.0.2.1
#   delete 192.0.2.1, add 192.0.2.1: NOERROR, there: 192.0.2.1
set -euo pipefail
work=$(mktemp -d)
server=
finish() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  [ -z "$server" ] || wait "$server" 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT
cd "$work"
mkdir -p debs/partial
[ -n "$(apt-cache madison pdns-server)" ] || apt-get -qq update >/dev/null
apt-get -qq -y -o Debug::NoLocking=1 -o Dir::Cache::archives="$work/debs" -o APT::Sandbox::User=root --download-only \
  --reinstall --no-install-recommends install pdns-server=4.7.3-2 pdns-backend-sqlite3=4.7.3-2 >/dev/null 2>&1
for deb in debs/*.deb; do dpkg -x "$deb" root; done
libraries=$(dirname "$(find "$work/root/usr/lib" -type d -name pdns)")
export LD_LIBRARY_PATH=$libraries
python3 -m venv venv
venv/bin/pip -q install dnspython==2.8.0
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >pdns.conf <<C
module-dir=$libraries/pdns
launch=gsqlite3
gsqlite3-database=$work/pdns.sqlite3
socket-dir=$work
local-address=127.0.0.1
local-port=$port
dnsupdate=yes
security-poll-suffix=
C
env -u LD_LIBRARY_PATH python3 - "$work" <<'P'
import pathlib, sqlite3, sys
work = pathlib.Path(sys.argv[1])
schema = next(work.glob("root/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql"))
sqlite3.connect(work / "pdns.sqlite3").executescript(schema.read_text())
P
printf '%s\n' '$TTL 300' '@ IN SOA ns.example.test. hostmaster.example.test. 1 3600 600 86400 60' \
  '@ IN NS ns.example.test.' 'ns IN A 127.0.0.1' >zone
root/usr/bin/pdnsutil --config-dir="$work" load-zone example.test zone >/dev/null 2>&1
root/usr/sbin/pdns_server --config-dir="$work" --daemon=no --guardian=no --write-pid=no >server.log 2>&1 &
server=$!
cat >ask.py <<'P'
import sys, time
import dns.message, dns.query, dns.rcode, dns.update

port = int(sys.argv[1])


def send(message):
    return dns.query.tcp(message, "127.0.0.1", port=port, timeout=5)


def there(name):
    answer = send(dns.message.make_query(name, "A"))
    return " ".join(sorted(r.to_text() for s in answer.answer for r in s)) or "nothing"


for _ in range(100):
    try:
        send(dns.message.make_query("example.test", "SOA"))
        break
    except OSError:
        time.sleep(0.1)

value = "192.0.2.1"
cases = [
    ("add 192.0.2.1, delete 192.0.2.1", lambda u: (u.add("a", 300, "A", value), u.delete("a", "A", value))),
    ("add 192.0.2.1, delete the set", lambda u: (u.add("b", 300, "A", value), u.delete("b", "A"))),
    ("add 192.0.2.1, delete the name", lambda u: (u.add("c", 300, "A", value), u.delete("c"))),
    ("delete 192.0.2.1, add 192.0.2.1", lambda u: (u.delete("d", "A", value), u.add("d", 300, "A", value))),
]
for (what, change), label in zip(cases, "abcd"):
    update = dns.update.UpdateMessage("example.test")
    change(update)
    rcode = dns.rcode.to_text(send(update).rcode())
    print(f"{what}: {rcode}, there: {there(label + '.example.test')}")
P
seen=$(env -u LD_LIBRARY_PATH venv/bin/python ask.py "$port")
expected='add 192.0.2.1, delete 192.0.2.1: NOERROR, there: 192.0.2.1
add 192.0.2.1, delete the set: NOERROR, there: 192.0.2.1
add 192.0.2.1, delete the name: NOERROR, there: 192.0.2.1
delete 192.0.2.1, add 192.0.2.1: NOERROR, there: 192.0.2.1'
echo "$seen"
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
