import { groupBy } from "../model/group-by.ts";
import type { IpFamily } from "../policies/policy-pod.ts";
import type { AddressBlock, OutsideRule, PortSpan } from "./outside-rules.ts";
import { parseBlock, isAllPorts } from "./outside-rules.ts";

/** Addresses outside of the cluster, and ports of theirs or of the pods. */
export interface OutsideRange {
  /** True: everywhere outside, but what `but` says. */
  readonly everywhere: boolean;
  /** Blocks of addresses; where one is in another, the narrowest counts. */
  readonly blocks: readonly string[];
  /** Blocks that are not meant, in those that are. */
  readonly but: readonly string[];
  /** Ascending by protocol and number. */
  readonly ports: readonly PortSpan[];
}

/** A range that a change opens or closes. */
export interface ChangedRange extends OutsideRange {
  /** What is in the range and stays as it was, open or closed. */
  readonly except: readonly OutsideRange[];
}

export interface OutsideChange {
  readonly opens: readonly ChangedRange[];
  readonly closes: readonly ChangedRange[];
}

/** What is asked: before and after, at which ports, in which families of addresses. */
export interface OutsideQuestion {
  /** Undefined: everything is open. */
  readonly before: readonly OutsideRule[] | undefined;
  readonly after: readonly OutsideRule[] | undefined;
  readonly ports: readonly PortSpan[];
  readonly families: readonly IpFamily[];
}

/** The addresses of a block that are in none of the narrower ones that any rule names: rules take all of them or none. */
type Part = AddressBlock;

/** Which addresses and ports a change of rules opens and closes: exactly, whatever blocks and ranges of ports the rules have. */
export function outsideChange({ before, after, ports, families }: OutsideQuestion): OutsideChange {
  const rules = [...(before ?? []), ...(after ?? [])];
  const roots = families.flatMap((family) => parseBlock(wholes[family]) ?? []);
  const space: Space = { roots, parts: partsOf(roots, rules), spans: cut(ports, rules) };
  const changed = (opens: boolean): readonly ChangedRange[] => {
    const [from, to] = opens ? [before, after] : [after, before];
    return describeChange(space, (part, span) => !admits(from, part, span) && admits(to, part, span));
  };
  return { opens: changed(true), closes: changed(false) };
}

/** What changes, or everything with what does not: whichever is shorter. */
function describeChange(space: Space, isChanged: Test): readonly ChangedRange[] {
  const { roots, parts, spans } = space;
  const changed = rangesOf(space, isChanged).map((range): ChangedRange => ({ ...range, except: [] }));
  if (!roots.every((root) => parts.includes(root) && spans.some((span) => isChanged(root, span)))) {
    return changed;
  }
  const except = rangesOf(space, (part, span) => !isChanged(part, span));
  const whole: OutsideRange = { everywhere: true, blocks: [], but: [], ports: joined(spans) };
  return lengthOf([whole, ...except]) < lengthOf(changed) ? [{ ...whole, except }] : changed;
}

const wholes: Readonly<Record<IpFamily, string>> = { IPv4: "0.0.0.0/0", IPv6: "::/0" };

interface Space {
  readonly roots: readonly Part[];
  readonly parts: readonly Part[];
  readonly spans: readonly PortSpan[];
}

type Test = (part: Part, span: PortSpan) => boolean;

/** Parts that have the same ports as one range each, or ports that have the same parts: whichever is shorter. */
function rangesOf(space: Space, is: Test): readonly OutsideRange[] {
  const { parts, spans } = space;
  const alikeParts = groupBy(parts, (part) => spans.map((span) => is(part, span)).join(" "));
  const byPorts = [...alikeParts.values()].map((own): readonly [readonly Part[], readonly PortSpan[]] => [
    own,
    spans.filter((span) => own.some((part) => is(part, span))),
  ]);
  const alikeSpans = groupBy(spans, (span) => parts.map((part) => is(part, span)).join(" "));
  const byParts = [...alikeSpans.values()].map((own): readonly [readonly Part[], readonly PortSpan[]] => [
    parts.filter((part) => own.some((span) => is(part, span))),
    own,
  ]);
  const [one = [], other = []] = [byPorts, byParts].map((groups) =>
    groups
      .filter(([own, ports]) => own.length > 0 && ports.length > 0)
      .map(([own, ports]) => ({ ...addressesOf(own, space), ports: joined(ports) })),
  );
  return lengthOf(other) < lengthOf(one) ? other : one;
}

function addressesOf(own: readonly Part[], { roots, parts }: Space): Omit<OutsideRange, "ports"> {
  const edges = (inside: boolean): readonly Part[] =>
    parts.filter((part) => {
      const around = parentOf(part, parts);
      return own.includes(part) === inside && (around !== undefined && own.includes(around)) !== inside;
    });
  const everywhere = roots.every((root) => own.includes(root));
  const blocks = edges(true).filter((part) => !everywhere || !roots.includes(part));
  return { everywhere, blocks: blocks.map(({ cidr }) => cidr), but: edges(false).map(({ cidr }) => cidr) };
}

/** How much there is to read. */
function lengthOf(ranges: readonly OutsideRange[]): number {
  return ranges
    .map(({ blocks, but, ports }) => 1 + blocks.length + but.length + (isAllPorts(ports) ? 1 : ports.length))
    .reduce((sum, one) => sum + one, 0);
}

/** The narrowest part around one. */
function parentOf(part: Part, parts: readonly Part[]): Part | undefined {
  return parts
    .filter((other) => other !== part && isWithin(part, other))
    .reduce<Part | undefined>(
      (narrowest, other) => (narrowest === undefined || isWithin(other, narrowest) ? other : narrowest),
      undefined,
    );
}

function isWithin(inner: AddressBlock, outer: AddressBlock): boolean {
  return inner.width === outer.width && inner.prefix.startsWith(outer.prefix);
}

/** Every block of the rules once, those without addresses of their own left out. */
function partsOf(roots: readonly Part[], rules: readonly OutsideRule[]): readonly Part[] {
  const named = rules.flatMap(({ blocks = [] }) => blocks.flatMap(({ block, except }) => [block, ...except]));
  const all = new Map<string, Part>();
  for (const part of [...roots, ...named]) {
    const key = `${part.width} ${part.prefix}`;
    if (roots.some(({ width }) => width === part.width) && !all.has(key)) {
      all.set(key, part);
    }
  }
  const parts = [...all.values()];
  return parts.filter((part) => {
    const inner = parts.filter((other) => other !== part && isWithin(other, part)).map(({ prefix }) => prefix);
    return !isCovered(part.prefix, inner);
  });
}

/** Whether blocks take all addresses that begin so. */
function isCovered(prefix: string, blocks: readonly string[]): boolean {
  const inside = blocks.filter((block) => block.startsWith(prefix));
  return (
    inside.includes(prefix) || (inside.length > 1 && isCovered(`${prefix}0`, inside) && isCovered(`${prefix}1`, inside))
  );
}

/** The ports as spans that every rule takes wholly or not at all. */
function cut(ports: readonly PortSpan[], rules: readonly OutsideRule[]): readonly PortSpan[] {
  return ports.flatMap(({ protocol, from, to }) => {
    const edges = rules
      .flatMap((rule) => rule.ports.filter((one) => one.protocol === protocol))
      .flatMap((one) => [one.from, one.to + 1])
      .filter((edge) => edge > from && edge <= to);
    const starts = [...new Set([from, ...edges])].sort((one, other) => one - other);
    return starts.map((start, place) => ({ protocol, from: start, to: (starts[place + 1] ?? to + 1) - 1 }));
  });
}

/** Spans beside each other as one. */
function joined(spans: readonly PortSpan[]): readonly PortSpan[] {
  const found: PortSpan[] = [];
  for (const span of spans) {
    const last = found.at(-1);
    if (last?.protocol === span.protocol && last.to + 1 === span.from) {
      found[found.length - 1] = { ...last, to: span.to };
    } else {
      found.push(span);
    }
  }
  return found;
}

function admits(rules: readonly OutsideRule[] | undefined, part: Part, span: PortSpan): boolean {
  return (
    rules === undefined ||
    rules.some(
      ({ blocks, ports }) =>
        (blocks === undefined ||
          blocks.some(
            ({ block, except }) => isWithin(part, block) && !except.some((excepted) => isWithin(part, excepted)),
          )) &&
        ports.some(({ protocol, from, to }) => protocol === span.protocol && from <= span.from && to >= span.to),
    )
  );
}
