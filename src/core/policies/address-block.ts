/** An address as its bits, `0`s and `1`s: 32 of them or 128. */
export type AddressBits = string;

/** Whether an address is in a block (`10.0.0.0/8`, `fd00::/8`). A text that is none is in no block. */
export function isInBlock(address: string, cidr: string): boolean {
  const bits = bitsOf(address);
  return bits !== undefined && blockTest(cidr)(bits);
}

/** The same for many addresses: the block is taken apart once. */
export function blockTest(cidr: string): (bits: AddressBits) => boolean {
  const block = prefixOf(cidr);
  return block === undefined ? () => false : (bits) => bits.length === block.width && bits.startsWith(block.prefix);
}

/** What the addresses of a block have in common. */
export interface BlockPrefix {
  /** How many bits an address has: 32 or 128. */
  readonly width: number;
  /** The bits that all addresses of the block begin with. */
  readonly prefix: string;
}

/** Undefined for a text that is no block. */
export function prefixOf(cidr: string): BlockPrefix | undefined {
  const slash = cidr.indexOf("/");
  const base = bitsOf(slash === -1 ? cidr : cidr.slice(0, slash));
  return base === undefined
    ? undefined
    : { width: base.length, prefix: base.slice(0, slash === -1 ? base.length : Number(cidr.slice(slash + 1))) };
}

/** True for a block of all addresses of its family: `0.0.0.0/0`, `::/0`. */
export function holdsAll(cidr: string): boolean {
  const [base = "", length = ""] = cidr.split("/");
  return isAddress(base) && length !== "" && Number(length) === 0;
}

/** True for an IP address, false for a name. */
export function isAddress(text: string): boolean {
  return bitsOf(text) !== undefined;
}

/** The block that holds one address only. */
export function blockOf(address: string): string {
  return `${address}/${address.includes(":") ? 128 : 32}`;
}

/** Undefined for a text that is no address. */
export function bitsOf(address: string): AddressBits | undefined {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) {
    const parts = address.split(".").map(Number);
    return parts.every((part) => part <= 255) ? parts.map((part) => toBits(part, 8)).join("") : undefined;
  }
  return address.includes(":") ? bitsOfSix(address) : undefined;
}

function bitsOfSix(address: string): string | undefined {
  const halves = address.split("::");
  if (halves.length > 2 || !/^[\da-f:.]+$/i.test(address)) {
    return undefined;
  }
  const groups = (text: string): readonly number[] =>
    text === ""
      ? []
      : text.split(":").flatMap((group) => (group.includes(".") ? embedded(group) : [parseInt(group, 16)]));
  const [head, tail] = [groups(halves[0] ?? ""), groups(halves[1] ?? "")];
  const missing = 8 - head.length - tail.length;
  if (missing < 0 || (halves.length === 1 && missing !== 0)) {
    return undefined;
  }
  const all = [...head, ...Array.from({ length: missing }, () => 0), ...tail];
  return all.every((group) => group >= 0 && group <= 0xff_ff)
    ? all.map((group) => toBits(group, 16)).join("")
    : undefined;
}

/** `::ffff:10.0.0.1` ends in an address of version 4. */
function embedded(text: string): readonly number[] {
  const [a = 0, b = 0, c = 0, d = 0] = text.split(".").map(Number);
  return [a * 256 + b, c * 256 + d];
}

function toBits(number: number, width: number): string {
  return number.toString(2).padStart(width, "0");
}
