import type { RequestMatch, Relation } from "./match-relation.ts";
import { exactnessOf, relate } from "./match-relation.ts";

/** Routes in the order in which a proxy has to try them; numbers are places in the list that was given. */
export interface RouteOrder {
  readonly order: readonly number[];
  /**
   * Pairs with requests in common of which nothing else decides: expressions keep
   * it open, or both are equally exact. The first of each pair is tried first,
   * since it comes first in the list.
   */
  readonly undecided: readonly (readonly [number, number])[];
}

/**
 * Orders routes so that none of them is hidden by a wider one: a route whose
 * requests are a part of another's comes before it. Where two only overlap,
 * the precedence of the Gateway API holds: a whole path before the beginning
 * of one, a longer beginning before a shorter one, a method before none, more headers before fewer, more query parameters before fewer
 * (https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule). Where an
 * expression keeps it open, or two are equally exact, the order of the list does. Regions count only where
 * two routes are for the same requests otherwise: in a cluster all requests come
 * from one. Pure.
 */
export function orderRoutes(routes: readonly RequestMatch[]): RouteOrder {
  const before = routes.map(() => new Set<number>());
  const open: (readonly [number, number])[] = [];
  const overlapping: (readonly [number, number])[] = [];
  for (const [later, right] of routes.entries()) {
    for (const [earlier, left] of routes.slice(0, later).entries()) {
      const relation = relateInCluster(left, right);
      if (relation === "inside") {
        before[later]?.add(earlier);
      } else if (relation === "around") {
        before[earlier]?.add(later);
      } else if (relation === "unknown") {
        open.push([earlier, later]);
      } else if (relation === "overlapping") {
        overlapping.push([earlier, later]);
      }
    }
  }
  const undecided = open.filter(([earlier, later]) => {
    // What is known goes first: a chain of parts may already say that the later one has to come before.
    if (comesBefore(before, later, earlier)) {
      return false;
    }
    before[later]?.add(earlier);
    return true;
  });
  const ranks = routes.map(rankOf);
  const order = sortByNeeds(ranks, before);
  // Where the order of two is turned, an expression that is named above has done it.
  const equal = overlapping.filter(
    ([earlier, later]) =>
      compareRanks(ranks[earlier], ranks[later]) === 0 && order.indexOf(earlier) < order.indexOf(later),
  );
  return { order, undecided: [...undecided, ...equal] };
}

/** How exact a route is. */
interface Rank {
  readonly whole: boolean;
  readonly length: number;
  /** What comes first counts most: a method, headers, query parameters. */
  readonly conditions: readonly number[];
}

function rankOf(route: RequestMatch): Rank {
  return {
    ...exactnessOf(route.path),
    conditions: [
      route.methods === undefined ? 0 : 1,
      Object.keys(route.headers).length,
      Object.keys(route.queryParams ?? {}).length,
    ],
  };
}

/** Below 0 where the first is the more exact one. */
function compareRanks(a: Rank | undefined, b: Rank | undefined): number {
  return a === undefined || b === undefined
    ? 0
    : Number(b.whole) - Number(a.whole) ||
        b.length - a.length ||
        (b.conditions.map((count, at) => count - (a.conditions[at] ?? 0)).find((one) => one !== 0) ?? 0);
}

function relateInCluster(left: RequestMatch, right: RequestMatch): Relation {
  const relation = relate({ ...left, fromRegions: [] }, { ...right, fromRegions: [] });
  return relation === "same" ? relate(left, right) : relation;
}

function comesBefore(before: readonly ReadonlySet<number>[], first: number, second: number): boolean {
  const seen = new Set<number>();
  const open = [second];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === first) {
      return true;
    }
    if (!seen.has(next)) {
      seen.add(next);
      open.push(...(before[next] ?? []));
    }
  }
  return false;
}

/** Of the routes that nothing has to come before any more, always the most exact one next. */
function sortByNeeds(ranks: readonly Rank[], before: readonly ReadonlySet<number>[]): readonly number[] {
  const ranked = ranks.map((_, index) => index).toSorted((a, b) => compareRanks(ranks[a], ranks[b]) || a - b);
  const done = new Set<number>();
  while (done.size < ranks.length) {
    const next = ranked.find((index) => !done.has(index) && [...(before[index] ?? [])].every((one) => done.has(one)));
    if (next === undefined) {
      throw new Error("routes that are parts of each other in a circle");
    }
    done.add(next);
  }
  return [...done];
}
