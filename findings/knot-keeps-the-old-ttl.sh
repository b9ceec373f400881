#!/usr/bin/env bash
# Knot 3.2 does not take a new TTL of a record that is there: NOERROR, and nothing has changed.
#
# Adding a record that is there with another TTL is how an update changes a TTL: of two with the same data, the one of the
# update replaces the one of the zone (RFC 2136, 3.4.2.2). Knot says NOERROR, keeps the old TTL, and does not move the
# zone's serial. A delete and an add of the record in one message does it, and so does one record more with the new TTL.
#
# Versions: knot 3.2.6-1 (Debian 12) answers, dnspython 2.8.0 (PyPI) asks.
#
# Output seen:
#   add 192.0.2.1 with TTL 300: NOERROR, TTL 300, serial 2
#   add 192.0.2.1 with TTL 60: NOERROR, TTL 300, serial 2
#   delete it, add it with TTL 60: NOERROR, TTL 60, serial 3
#   add 192.0.2.2 with TTL 30: NOERROR, TTL 30, serial 4
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
mkdir -p debs/partial db run
[ -n "$(apt-cache madison knot)" ] || apt-get -qq update >/dev/null
apt-get -qq -y -o Debug::NoLocking=1 -o Dir::Cache::archives="$work/debs" -o APT::Sandbox::User=root --download-only \
  --reinstall --no-install-recommends install knot=3.2.6-1 libknot13=3.2.6-1 libzscanner4=3.2.6-1 libdnssec9=3.2.6-1 >/dev/null 2>&1
for deb in debs/*.deb; do dpkg -x "$deb" root; done
libraries=$(dirname "$(find "$work/root/usr/lib" -name 'libknot.so.*' | head -1)")
python3 -m venv venv
venv/bin/pip -q install dnspython==2.8.0
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
printf '%s\n' '$TTL 300' '@ IN SOA ns.example.test. hostmaster.example.test. 1 3600 600 86400 60' \
  '@ IN NS ns.example.test.' 'ns IN A 127.0.0.1' >zone
cat >knot.conf <<C
server:
    listen: 127.0.0.1@$port
    rundir: $work/run
database:
    storage: $work/db
acl:
  - id: here
    address: 127.0.0.1
    action: update
zone:
  - domain: example.test
    storage: $work
    file: zone
    acl: here
C
LD_LIBRARY_PATH=$libraries root/usr/sbin/knotd -c knot.conf >server.log 2>&1 &
server=$!
cat >ask.py <<'P'
import sys, time
import dns.message, dns.query, dns.rcode, dns.update

port = int(sys.argv[1])


def send(message):
    return dns.query.tcp(message, "127.0.0.1", port=port, timeout=5)


for _ in range(100):
    try:
        send(dns.message.make_query("example.test", "SOA"))
        break
    except OSError:
        time.sleep(0.1)

def update(what, change):
    message = dns.update.UpdateMessage("example.test")
    change(message)
    rcode = dns.rcode.to_text(send(message).rcode())
    [records] = send(dns.message.make_query("a.example.test", "A")).answer
    [soa] = send(dns.message.make_query("example.test", "SOA")).answer
    print(f"{what}: {rcode}, TTL {records.ttl}, serial {soa[0].serial}")


update("add 192.0.2.1 with TTL 300", lambda u: u.add("a", 300, "A", "192.0.2.1"))
update("add 192.0.2.1 with TTL 60", lambda u: u.add("a", 60, "A", "192.0.2.1"))
update(
    "delete it, add it with TTL 60",
    lambda u: (u.delete("a", "A", "192.0.2.1"), u.add("a", 60, "A", "192.0.2.1")),
)
update("add 192.0.2.2 with TTL 30", lambda u: u.add("a", 30, "A", "192.0.2.2"))
P
seen=$(env -u LD_LIBRARY_PATH venv/bin/python ask.py "$port")
expected='add 192.0.2.1 with TTL 300: NOERROR, TTL 300, serial 2
add 192.0.2.1 with TTL 60: NOERROR, TTL 300, serial 2
delete it, add it with TTL 60: NOERROR, TTL 60, serial 3
add 192.0.2.2 with TTL 30: NOERROR, TTL 30, serial 4'
echo "$seen"
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
