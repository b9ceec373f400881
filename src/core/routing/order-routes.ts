import type { RequestMatch } from "./match-relation.ts";
import { exactnessOf, relate } from "./match-relation.ts";

/** Routes in the order in which a proxy has to try them; numbers are places in the list that was given. */
export interface RouteOrder {
  readonly order: readonly number[];
  /** Pairs of which expressions decide who takes what; the first of each pair is tried first, since it comes first in the list. */
  readonly undecided: readonly (readonly [number, number])[];
}

/**
 * Orders routes so that none of them is hidden by a wider one: a route whose
 * requests are a part of another's comes before it. Where two only overlap,
 * the precedence of the Gateway API holds: a whole path before the beginning
 * of one, a longer beginning before a shorter one, a method before none, more headers before fewer, more query parameters before fewer
 * (https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule). Where an
 * expression keeps it open, the order of the list does. Pure.
 */
export function orderRoutes(routes: readonly RequestMatch[]): RouteOrder {
  const before = routes.map(() => new Set<number>());
  const open: (readonly [number, number])[] = [];
  for (const [later, right] of routes.entries()) {
    for (const [earlier, left] of routes.slice(0, later).entries()) {
      const relation = relate(left, right);
      if (relation === "inside") {
        before[later]?.add(earlier);
      } else if (relation === "around") {
        before[earlier]?.add(later);
      } else if (relation === "unknown") {
        open.push([earlier, later]);
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
  return { order: sortByNeeds(routes, before), undecided };
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
function sortByNeeds(routes: readonly RequestMatch[], before: readonly ReadonlySet<number>[]): readonly number[] {
  const ranked = routes
    .map((route, index) => ({
      index,
      ...exactnessOf(route.path),
      // What comes first counts most: a method, headers, query parameters.
      conditions: [
        route.methods === undefined ? 0 : 1,
        Object.keys(route.headers).length,
        Object.keys(route.queryParams ?? {}).length,
      ],
    }))
    .toSorted(
      (a, b) =>
        Number(b.whole) - Number(a.whole) ||
        b.length - a.length ||
        (b.conditions.map((count, at) => count - (a.conditions[at] ?? 0)).find((one) => one !== 0) ?? 0) ||
        a.index - b.index,
    )
    .map(({ index }) => index);
  const done = new Set<number>();
  while (done.size < routes.length) {
    const next = ranked.find((index) => !done.has(index) && [...(before[index] ?? [])].every((one) => done.has(one)));
    if (next === undefined) {
      throw new Error("routes that are parts of each other in a circle");
    }
    done.add(next);
  }
  return [...done];
}
