/** One character-string of a TXT record holds at most 255 bytes (RFC 1035, 3.3). */
const longestString = 255;

/** The value of a TXT record with this text: one quoted string, more where it is longer than 255 bytes of UTF-8. */
export function txtValue(text: string): string {
  const bytes = Buffer.from(text, "utf8");
  const count = Math.max(1, Math.ceil(bytes.length / longestString));
  const parts = Array.from({ length: count }, (_, at) => bytes.subarray(at * longestString, (at + 1) * longestString));
  return txtOfStrings(parts);
}

/** The text of a TXT record's value: its strings joined. Bytes that are no UTF-8 become U+FFFD. */
export function txtText(value: string): string {
  return Buffer.concat(txtStrings(value)).toString("utf8");
}

/** The value for character-strings as they are on the wire; each becomes quoted text as in a zone file (RFC 1035, 5.1). */
export function txtOfStrings(strings: readonly Uint8Array[]): string {
  return strings.map((one) => `"${[...one].map(escapeByte).join("")}"`).join(" ");
}

/** The character-strings of a value: quoted or bare words as in a zone file. Longer ones than 255 bytes stay as they are. */
export function txtStrings(value: string): readonly Buffer[] {
  const words = value.match(/"(?:[^"\\]|\\[^])*"|(?:[^\s"\\]|\\[^])+/g) ?? [];
  return words.map((word) => unescape(word.startsWith('"') ? word.slice(1, -1) : word));
}

function escapeByte(byte: number): string {
  if (byte < 0x20 || byte > 0x7e) {
    return `\\${String(byte).padStart(3, "0")}`;
  }
  const character = String.fromCharCode(byte);
  return character === '"' || character === "\\" ? `\\${character}` : character;
}

function unescape(text: string): Buffer {
  const parts = text.match(/\\\d{3}|\\[^]|[^\\]+/g) ?? [];
  return Buffer.concat(
    parts.map((part) => {
      if (/^\\\d{3}$/.test(part)) {
        return Buffer.from([Number(part.slice(1)) & 0xff]);
      }
      return Buffer.from(part.startsWith("\\") ? part.slice(1) : part, "utf8");
    }),
  );
}
