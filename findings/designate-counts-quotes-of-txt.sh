#!/usr/bin/env bash
# Designate 23 counts the quotes of a TXT string as part of it, and takes several strings only where they are long.
#
# A character-string of a TXT record has up to 255 bytes, and a record may have several, whatever their length (RFC
# 1035, 3.3 and 3.3.14); clients cut longer texts every 255 bytes. Designate refuses such a string, since with its two
# quotes it is longer than 255 characters: 253 are the most. Two short strings, "aaa" "bbb", are refused as one whose
# quotes are not escaped, while two long ones are taken.
#
# Versions: designate 23.0.0 (PyPI), its own reader of TXT records; Python 3.
#
# Output seen:
#   a string of 253: taken
#   a string of 254: Any TXT record string exceeding 255 characters has to be split.
#   two strings of 3: Quotation marks should be escaped with backslash.
#   two strings of 200: taken
#   two strings of 254: Any TXT record string exceeding 255 characters has to be split.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip -q install designate==23.0.0
cat >read.py <<'P'
import warnings

warnings.filterwarnings("ignore")
import designate.objects
from designate.objects.rrdata_txt import TXT

for what, value in [
    ("a string of 253", '"' + "x" * 253 + '"'),
    ("a string of 254", '"' + "x" * 254 + '"'),
    ("two strings of 3", '"aaa" "bbb"'),
    ("two strings of 200", '"' + "a" * 200 + '" "' + "b" * 200 + '"'),
    ("two strings of 254", '"' + "a" * 254 + '" "' + "b" * 254 + '"'),
]:
    try:
        TXT().from_string(value)
        print(f"{what}: taken")
    except ValueError as error:
        print(f"{what}: {error}")
P
seen=$(venv/bin/python read.py)
expected='a string of 253: taken
a string of 254: Any TXT record string exceeding 255 characters has to be split.
two strings of 3: Quotation marks should be escaped with backslash.
two strings of 200: taken
two strings of 254: Any TXT record string exceeding 255 characters has to be split.'
echo "$seen"
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
