import type { MeshDraft } from "../draft.ts";
import { entriesOf, itemsOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import type { Path } from "../path.ts";
import { describePath } from "../path.ts";
import { oneSpelling } from "../schema/addresses.ts";
import { clustersOf, routesOf, versionsOf } from "../walk-draft.ts";
import { findRepeated } from "./find-repeated.ts";

/** Lists of names have each name once. */
export function checkRepeatedEntries(draft: MeshDraft): readonly Finding[] {
  return [
    ...checkList(draft.spec?.sharedNetworks, ["spec", "sharedNetworks"]),
    ...clustersOf(draft).flatMap(({ value: { eastWest }, path }) => [
      ...checkList(eastWest?.addresses, [...path, "eastWest", "addresses"], oneSpelling),
      ...entriesOf(eastWest?.seenFrom).flatMap(([name, { addresses }]) =>
        checkList(addresses, [...path, "eastWest", "seenFrom", name, "addresses"], oneSpelling),
      ),
    ]),
    ...versionsOf(draft).flatMap(({ value, path }) => checkList(value.clusters, [...path, "clusters"])),
    ...routesOf(draft).flatMap(({ value, path }) => [
      ...checkList(value.gateways, [...path, "gateways"]),
      ...checkList(value.hosts, [...path, "hosts"], (host) => host.toLowerCase()),
      ...checkList(value.match?.methods, [...path, "match", "methods"]),
      ...checkList(value.match?.fromRegions, [...path, "match", "fromRegions"]),
    ]),
  ];
}

function checkList(
  list: readonly (string | undefined)[] | undefined,
  path: Path,
  keyOf: (name: string) => string = (name) => name,
): readonly Finding[] {
  return findRepeated(itemsOf(list), ([, name]) => keyOf(name)).map(({ item: [index, name] }) => ({
    code: "ISM120",
    path: [...path, index],
    detail: `${describePath(path)} names ${name} twice.`,
    fix: "Delete the entry, or correct it if another one was meant.",
  }));
}
