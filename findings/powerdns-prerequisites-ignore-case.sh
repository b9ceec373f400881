#!/usr/bin/env bash
# PowerDNS 4.7 compares TXT values in prerequisites of a DNS update without the case of letters.
#
# A prerequisite "the set is exactly this" is how several writers change a name without losing each other's words (RFC
# 2136, 2.4.2 compares data as they are). A token in base64, or a name with capitals, is different data in another case.
# PowerDNS takes one for the other, and does the change; deleting by value and adding do tell them apart. Two writers
# whose states differ in the case of a letter overwrite each other. Other data than letters do count.
#
# Versions: pdns-server and pdns-backend-sqlite3 4.7.3-2 (Debian 12) answer, dnspython 2.8.0 (PyPI) asks.
#
# Output seen:
#   there: "AbC"
#   if the set is "AbC": NOERROR
#   if the set is "aBc": NOERROR
#   if the set is "AbD": NXRRSET
#   delete "aBc": NOERROR there: "AbC"
#   add "aBc": NOERROR there: "AbC" "aBc"
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


for _ in range(100):
    try:
        send(dns.message.make_query("example.test", "SOA"))
        break
    except OSError:
        time.sleep(0.1)

def update(change):
    message = dns.update.UpdateMessage("example.test")
    change(message)
    return dns.rcode.to_text(send(message).rcode())


def there():
    answer = send(dns.message.make_query("a.example.test", "TXT"))
    return " ".join(sorted(r.to_text() for s in answer.answer for r in s)) or "nothing"


update(lambda u: u.add("a", 300, "TXT", '"AbC"'))
print("there:", there())
for value in ['"AbC"', '"aBc"', '"AbD"']:
    print(f"if the set is {value}:", update(lambda u: u.present("a", "TXT", value)))
print('delete "aBc":', update(lambda u: u.delete("a", "TXT", '"aBc"')), "there:", there())
print('add "aBc":', update(lambda u: u.add("a", 300, "TXT", '"aBc"')), "there:", there())
P
seen=$(env -u LD_LIBRARY_PATH venv/bin/python ask.py "$port")
expected='there: "AbC"
if the set is "AbC": NOERROR
if the set is "aBc": NOERROR
if the set is "AbD": NXRRSET
delete "aBc": NOERROR there: "AbC"
add "aBc": NOERROR there: "AbC" "aBc"'
echo "$seen"
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
