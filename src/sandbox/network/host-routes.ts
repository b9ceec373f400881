import { hostLink } from "./names.ts";
import { maxInstances, planRanges, rangesOverlap } from "./ranges.ts";
import { runSystemCommand } from "../process/system-command.ts";

/** One line of the machine's IPv4 routing tables, as `ip -json route` has it. */
export interface HostRoute {
  /** CIDR, a single address, or `default`. */
  readonly dst: string;
  readonly dev?: string;
  /** `unreachable`, `local`, `broadcast`…; none for a usual route. */
  readonly type?: string;
  readonly metric?: number;
}

/** A link of the machine. `ifalias` is free text that its maker put there. */
export interface HostLink {
  readonly ifname: string;
  readonly ifalias?: string;
}

/** All IPv4 routes of the machine, of every table. */
export async function readHostRoutes(signal?: AbortSignal): Promise<readonly HostRoute[]> {
  return parseJson(await runSystemCommand("ip", ["-4", "-json", "route", "show", "table", "all"], withSignal(signal)));
}

/** All links of the machine (of the network namespace that the command runs in). */
export async function readHostLinks(signal?: AbortSignal): Promise<readonly HostLink[]> {
  return parseJson(await runSystemCommand("ip", ["-json", "link", "show"], withSignal(signal)));
}

/**
 * The metric of the route that makes a sandbox's block unreachable where no
 * better route exists: the largest there is (as unreachable IPv6 defaults
 * have), so that every other route wins, and a mark by which it is ours.
 */
export const unreachableMetric = 4294967295;

/** Why an index cannot be taken by a new sandbox: who has its addresses. */
export interface TakenIndex {
  readonly index: number;
  readonly reason: string;
}

/**
 * The first index whose link and addresses nobody has, or why none is free.
 * `reserved` are the indices of sandboxes that exist only on disk now.
 */
export function chooseIndex(
  links: readonly HostLink[],
  routes: readonly HostRoute[],
  reserved: ReadonlyMap<number, string>,
):
  | { readonly kind: "free"; readonly index: number }
  | { readonly kind: "none"; readonly taken: readonly TakenIndex[] } {
  const taken: TakenIndex[] = [];
  for (let index = 0; index < maxInstances; index += 1) {
    const reason = findHolder(index, links, routes, reserved);
    if (reason === undefined) {
      return { kind: "free", index };
    }
    taken.push({ index, reason });
  }
  return { kind: "none", taken };
}

function findHolder(
  index: number,
  links: readonly HostLink[],
  routes: readonly HostRoute[],
  reserved: ReadonlyMap<number, string>,
): string | undefined {
  const holder = reserved.get(index);
  if (holder !== undefined) {
    return `the sandbox ${holder} has it`;
  }
  const link = links.find((one) => one.ifname === hostLink(index));
  if (link !== undefined) {
    return `the link ${link.ifname} exists${link.ifalias === undefined ? "" : ` (${link.ifalias})`}`;
  }
  const route = findOverlap(index, routes);
  return route === undefined ? undefined : `the route ${describeRoute(route)} overlaps it`;
}

/** A route of the machine that is not of the sandbox with this index and shares addresses with it. */
export function findOverlap(index: number, routes: readonly HostRoute[]): HostRoute | undefined {
  const { block } = planRanges(index, 1);
  return routes.find((route) => {
    if (!/^\d/.test(route.dst) || route.dst.startsWith("0.0.0.0/") || route.dev === hostLink(index)) {
      return false;
    }
    if (route.type === "unreachable" && route.metric === unreachableMetric) {
      return false;
    }
    return rangesOverlap(route.dst, block);
  });
}

/** `172.16.0.0/12 dev tun0`. */
export function describeRoute(route: HostRoute): string {
  return [route.type ?? "", route.dst, route.dev === undefined ? "" : `dev ${route.dev}`]
    .filter((word) => word !== "")
    .join(" ");
}

function parseJson<T>(text: string): readonly T[] {
  return text.trim() === "" ? [] : (JSON.parse(text) as readonly T[]);
}

function withSignal(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
