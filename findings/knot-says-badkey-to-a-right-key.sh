#!/usr/bin/env bash
# Knot 3.2 answers "no such key" (NOTAUTH, TSIG error BADKEY, unsigned) to a right key that may not make a change.
#
# BADKEY means that the server does not know the key (RFC 8945, 5.2.1), and what a policy does not allow is REFUSED (RFC
# 2136, 3.3), which BIND says and signs. So who reads the error of an update looks for a wrong name or secret of the key,
# where the zone's acl leaves out the record's name. Only a question tells: the same key is taken for one, and an unknown key
# is not. A key that the server has and that no acl of the zone names is answered like an unknown one to questions too.
#
# Versions: knot 3.2.6-1 (Debian 12) answers, dnspython 2.8.0 (PyPI) asks.
#
# Output seen:
#   app: question: NOERROR, TSIG error none
#   app: change of app: NOERROR, TSIG error none
#   app: change of www: NOTAUTH, TSIG error BADKEY
#   other: question: NOTAUTH, TSIG error BADKEY
#   other: change of app: NOTAUTH, TSIG error BADKEY
#   other: change of www: NOTAUTH, TSIG error BADKEY
#   unknown: question: NOTAUTH, TSIG error BADKEY
#   unknown: change of app: NOTAUTH, TSIG error BADKEY
#   unknown: change of www: NOTAUTH, TSIG error BADKEY
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
secret=$(head -c 32 /dev/urandom | base64)
cat >knot.conf <<C
server:
    listen: 127.0.0.1@$port
    rundir: $work/run
database:
    storage: $work/db
key:
  - id: app
    algorithm: hmac-sha256
    secret: $secret
  - id: other
    algorithm: hmac-sha256
    secret: $secret
acl:
  - id: app
    key: app
    action: update
    update-owner: name
    update-owner-match: equal
    update-owner-name: app
zone:
  - domain: example.test
    storage: $work
    file: zone
    acl: app
C
LD_LIBRARY_PATH=$libraries root/usr/sbin/knotd -c knot.conf >server.log 2>&1 &
server=$!
cat >ask.py <<'P'
import socket, struct, sys, time
import dns.message, dns.query, dns.rcode, dns.tsig, dns.update

port = int(sys.argv[1])


def send(message):
    return dns.query.tcp(message, "127.0.0.1", port=port, timeout=5)


for _ in range(100):
    try:
        send(dns.message.make_query("example.test", "SOA"))
        break
    except OSError:
        time.sleep(0.1)

secret = sys.argv[2]


def say(what, message, key):
    message.use_tsig({dns.name.from_text(key): dns.tsig.Key(key, secret, "hmac-sha256")}, keyname=key)
    wire = message.to_wire()
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        connection.sendall(struct.pack("!H", len(wire)) + wire)
        reader = connection.makefile("rb")
        answer = reader.read(struct.unpack("!H", reader.read(2))[0])
    rcode = dns.rcode.to_text(answer[3] & 15)
    # The TSIG record is the last: its error is before the length of its other data.
    error = {b"\x00\x11": "BADKEY", b"\x00\x00": "none"}.get(answer[-4:-2], answer[-4:-2].hex())
    print(f"{what}: {rcode}, TSIG error {error}")


def change(name):
    message = dns.update.UpdateMessage("example.test")
    message.add(name, 300, "A", "192.0.2.1")
    return message


for key in ["app", "other", "unknown"]:
    say(f"{key}: question", dns.message.make_query("example.test", "SOA"), key)
    say(f"{key}: change of app", change("app"), key)
    say(f"{key}: change of www", change("www"), key)
P
seen=$(env -u LD_LIBRARY_PATH venv/bin/python ask.py "$port" "$secret")
expected='app: question: NOERROR, TSIG error none
app: change of app: NOERROR, TSIG error none
app: change of www: NOTAUTH, TSIG error BADKEY
other: question: NOTAUTH, TSIG error BADKEY
other: change of app: NOTAUTH, TSIG error BADKEY
other: change of www: NOTAUTH, TSIG error BADKEY
unknown: question: NOTAUTH, TSIG error BADKEY
unknown: change of app: NOTAUTH, TSIG error BADKEY
unknown: change of www: NOTAUTH, TSIG error BADKEY'
echo "$seen"
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
