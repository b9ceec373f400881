import { WireError } from "./wire-error.ts";

/** Where names of a message were written, so that later ones point there (RFC 1035, 4.1.4). */
export type NameOffsets = Map<string, number>;

/**
 * A name as bytes, lower-cased. With `offsets` it points to names that were written before; `at` is then where it
 * begins in the message. Throws a WireError for a name that DNS does not take.
 */
export function encodeName(name: string, offsets?: NameOffsets, at = 0): Buffer {
  const labels = labelsOf(name.toLowerCase());
  if (labels.reduce((sum, label) => sum + label.length + 1, 1) > 255) {
    throw new WireError(`the name ${name} is longer than 255 bytes`);
  }
  const parts: Buffer[] = [];
  let length = 0;
  for (const [index, label] of labels.entries()) {
    const rest = labels.slice(index).map(textOfLabel).join(".");
    const known = offsets?.get(rest);
    if (known !== undefined) {
      return Buffer.concat([...parts, Buffer.from([0xc0 | (known >> 8), known & 0xff])]);
    }
    if (at + length < 0x4000) {
      offsets?.set(rest, at + length);
    }
    if (label.length === 0 || label.length > 63) {
      throw new WireError(`the name ${name} has a label of ${label.length} bytes`);
    }
    parts.push(Buffer.from([label.length]), label);
    length += label.length + 1;
  }
  return Buffer.concat([...parts, Buffer.from([0])]);
}

/** The name at a place of a message, in lower case and without the last dot, and where what follows it begins. */
export function decodeName(message: Buffer, offset: number): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = offset;
  let end: number | undefined;
  // Each pointer leads to an earlier place, so that a circle of them ends.
  let earliest = offset;
  for (;;) {
    const size = byteAt(message, at);
    if (size === 0) {
      return { name: labels.join("."), end: end ?? at + 1 };
    }
    if (size >= 0xc0) {
      const target = ((size & 0x3f) << 8) | byteAt(message, at + 1);
      if (target >= earliest) {
        throw new WireError("a name points to itself");
      }
      end ??= at + 2;
      earliest = target;
      at = target;
    } else if (size > 63 || at + 1 + size > message.length) {
      throw new WireError("a name does not end");
    } else {
      labels.push(textOfLabel(message.subarray(at + 1, at + 1 + size)).toLowerCase());
      at += 1 + size;
    }
  }
}

/** The text of a label; a dot in it and what cannot be printed are written as in a zone file. */
function textOfLabel(label: Buffer): string {
  return [...label]
    .map((byte) => {
      if (byte <= 0x20 || byte > 0x7e) {
        return `\\${String(byte).padStart(3, "0")}`;
      }
      const character = String.fromCharCode(byte);
      return /[.\\"();@$]/.test(character) ? `\\${character}` : character;
    })
    .join("");
}

function labelsOf(name: string): readonly Buffer[] {
  const labels = name.match(/(?:\\\d{3}|\\[^]|[^.\\])+|(?<=\.)(?=\.)/g) ?? [];
  return labels.map((label) =>
    Buffer.concat(
      (label.match(/\\\d{3}|\\[^]|[^\\]+/g) ?? []).map((part) =>
        /^\\\d{3}$/.test(part)
          ? Buffer.from([Number(part.slice(1)) & 0xff])
          : Buffer.from(part.startsWith("\\") ? part.slice(1) : part, "utf8"),
      ),
    ),
  );
}

function byteAt(message: Buffer, at: number): number {
  const byte = message[at];
  if (byte === undefined) {
    throw new WireError("a name does not end");
  }
  return byte;
}
