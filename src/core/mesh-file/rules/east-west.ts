import type { MeshDraft } from "../draft.ts";
import { entriesOf, itemsOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import type { Path } from "../path.ts";
import { valueAt } from "../path.ts";
import { showValue } from "../show-value.ts";
import type { ClusterDraft, Placed } from "../walk-draft.ts";
import { clustersOf, networkOf } from "../walk-draft.ts";
import { crossNetworkPort } from "../../render/names.ts";
import { oneSpelling } from "../schema/addresses.ts";
import { uselessHost } from "./cluster-endpoints.ts";
import { unknownReader } from "./unknown-reader.ts";

/**
 * Addresses of a gateway take the place of those of its Service, for all
 * readers at once: the label that announces the Service has to go. So each
 * reader needs addresses, and what nobody reads is a mistake.
 */
export function checkEastWest(draft: MeshDraft): readonly Finding[] {
  const clusters = clustersOf(draft);
  const announced = clusters.filter(({ value }) => value.eastWest !== undefined);
  return [
    ...announced.flatMap((one) => [
      ...checkAddresses(one),
      ...checkReaders(one, clusters),
      ...checkCoverage(one, clusters),
    ]),
    ...checkShared(announced, clusters),
    ...checkValues(draft, announced),
  ];
}

/** Addresses that lead whoever uses them to itself, or nowhere. */
function checkAddresses({ value, path }: Placed<ClusterDraft>): readonly Finding[] {
  const lists = [
    { list: value.eastWest?.addresses, at: ["addresses"] },
    ...entriesOf(value.eastWest?.seenFrom).map(([name, one]) => ({
      list: one.addresses,
      at: ["seenFrom", name, "addresses"],
    })),
  ];
  return lists.flatMap(({ list, at }) =>
    itemsOf(list).flatMap(([index, address]): readonly Finding[] => {
      const kind = uselessHost(`https://${address.includes(":") ? `[${address}]` : address}`);
      return kind === undefined
        ? []
        : [
            {
              code: "ISM675",
              path: [...path, "eastWest", ...at, index],
              detail: `${address} is ${kind}: no other cluster reaches a gateway by it.`,
              fix: "Write the address or host name at which the other clusters reach the gateway.",
            },
          ];
    }),
  );
}

interface Announced extends Placed<ClusterDraft> {
  /** The one cluster that reaches it there; undefined for all that have no place of their own. */
  readonly reader?: string;
  /** The address in one spelling and its port. */
  readonly at: string;
  readonly text: string;
}

/**
 * A gateway passes connections on by the name of the service in them (SNI),
 * which says nothing of the network: of two networks behind one address and
 * port the one would get what is for the other. What one cluster alone reaches
 * is held against what else it reaches.
 */
function checkShared(
  announced: readonly Placed<ClusterDraft>[],
  clusters: readonly Placed<ClusterDraft>[],
): readonly Finding[] {
  const readers = new Map(clusters.map(({ value }) => [value.name, networkOf(value)]));
  const all = announced.flatMap(gatewaysOf);
  const order = new Map(all.map((one, index) => [one, index]));
  const shared = firstsBy(all.filter(({ reader }) => reader === undefined));
  const single = firstsBy(all.filter(({ reader }) => reader !== undefined));
  return all.flatMap((one): readonly Finding[] => {
    const { reader } = one;
    const isOther = (other: Announced): boolean =>
      networkOf(other.value) !== networkOf(one.value) && (order.get(other) ?? 0) < (order.get(one) ?? 0);
    const first =
      (shared.get(one.at) ?? []).find(
        (other) =>
          networkOf(other.value) !== networkOf(one.value) &&
          (reader === undefined
            ? isOther(other)
            : networkOf(other.value) !== readers.get(reader) && !(reader in (other.value.eastWest?.seenFrom ?? {}))),
      ) ?? (reader === undefined ? undefined : (single.get(`${reader} ${one.at}`) ?? []).find(isOther));
    return first === undefined
      ? []
      : [
          {
            code: "ISM675",
            path: one.path,
            detail: `${one.text} is also the place of the gateway of ${showValue(first.value.name ?? "")}, a cluster of another network${reader === undefined ? "" : `, as ${reader} sees it`}. A connection names the service that it is for and not the network, so requests for the one would end in the other.`,
            other: first.path,
            fix: "Give each network an address of its own, or a port of its own at that address; what differs by who connects is said in seenFrom.",
          },
        ];
  });
}

/** The first gateway at each place, and the first there of another network. */
function firstsBy(all: readonly Announced[]): ReadonlyMap<string, readonly Announced[]> {
  const found = new Map<string, Announced[]>();
  for (const one of all) {
    const key = one.reader === undefined ? one.at : `${one.reader} ${one.at}`;
    const firsts = found.get(key) ?? [];
    found.set(key, firsts);
    if (firsts.length < 2 && firsts.every(({ value }) => networkOf(value) !== networkOf(one.value))) {
      firsts.push(one);
    }
  }
  return found;
}

/** Where the gateway of a cluster is reached, each address with its place in the file. */
function gatewaysOf({ value, path }: Placed<ClusterDraft>): readonly Announced[] {
  const { addresses, port: usual = crossNetworkPort, seenFrom } = value.eastWest ?? {};
  const lists = [
    { list: addresses, port: usual, at: ["addresses"], from: {} },
    ...entriesOf(seenFrom).map(([reader, { addresses: list, port = usual }]) => ({
      list,
      port,
      at: ["seenFrom", reader, "addresses"],
      from: { reader },
    })),
  ];
  return lists.flatMap(({ list, port, at, from }) =>
    itemsOf(list).map(([index, address]) => ({
      ...from,
      value,
      path: [...path, "eastWest", ...at, index],
      at: JSON.stringify([oneSpelling(address), port]),
      text: `${address} with port ${port}`,
    })),
  );
}

/** `seenFrom` names clusters of other networks. */
function checkReaders(
  { value, path }: Placed<ClusterDraft>,
  clusters: readonly Placed<ClusterDraft>[],
): readonly Finding[] {
  const others = clusters.filter((other) => other.value.name !== value.name).map((other) => other.value);
  const names = others.flatMap(({ name }) => name ?? []);
  return entriesOf(value.eastWest?.seenFrom).flatMap(([name]): readonly Finding[] => {
    const reader = others.find((other) => other.name === name);
    const place = { path: [...path, "eastWest", "seenFrom", name], at: "key" as const };
    if (reader === undefined) {
      return [unknownReader("seenFrom", name, names, place.path)];
    }
    return networkOf(reader) !== networkOf(value)
      ? []
      : [
          {
            code: "ISM675",
            ...place,
            detail: `${name} is in the network of ${showValue(value.name ?? "")}: their pods reach each other, and no request between them goes through the gateway.`,
            fix: "Delete the entry.",
          },
        ];
  });
}

function isOther(name: string, { name: own }: ClusterDraft, clusters: readonly Placed<ClusterDraft>[]): boolean {
  return name !== own && clusters.some(({ value }) => value.name === name);
}

/** Without `addresses` every cluster of another network needs an entry of its own. */
function checkCoverage(
  { value, path }: Placed<ClusterDraft>,
  clusters: readonly Placed<ClusterDraft>[],
): readonly Finding[] {
  const { addresses, port, seenFrom = {} } = value.eastWest ?? {};
  const readers = clusters.flatMap(({ value: other }) =>
    other.name !== undefined && networkOf(other) !== networkOf(value) ? [other.name] : [],
  );
  if (readers.length === 0 && clusters.length > 1) {
    return [
      {
        code: "ISM675",
        path: [...path, "eastWest"],
        at: "key",
        detail: `All clusters are in one network, where no request goes through the gateway of ${showValue(value.name ?? "")}.`,
        fix: "Delete eastWest, or give the cluster a network of its own.",
      },
    ];
  }
  // Which cluster is meant by an unknown name is told, and may be the one that has no entry.
  if (addresses !== undefined || Object.keys(seenFrom).some((name) => !isOther(name, value, clusters))) {
    return [];
  }
  const without = readers.filter((name) => !(name in seenFrom));
  if (Object.keys(seenFrom).length === 0) {
    return port === undefined
      ? []
      : [
          {
            code: "ISM675",
            path: [...path, "eastWest", "port"],
            detail:
              "A port without addresses says nothing: the addresses of the gateway's Service are used with its own port.",
            fix: "Write addresses beside it, or delete it.",
          },
        ];
  }
  return without.length === 0
    ? []
    : [
        {
          code: "ISM675",
          path: [...path, "eastWest", "seenFrom"],
          at: "key",
          detail: `seenFrom takes the place of what the gateway's Service announces, for every cluster, and ${without.join(", ")} ${without.length === 1 ? "has" : "have"} no entry.`,
          fix: `Write eastWest.addresses for all others, or an entry for ${without.join(" and ")}.`,
        },
      ];
}

const meshNetworks: Path = ["spec", "istio", "values", "global", "meshNetworks"];

/** The user's values are merged last, and would take the place of the same network. */
function checkValues(draft: MeshDraft, announced: readonly Placed<ClusterDraft>[]): readonly Finding[] {
  return announced.flatMap(({ value, path }): readonly Finding[] => {
    const network = networkOf(value);
    const emptied = [meshNetworks.slice(0, -1), meshNetworks].find((place) => valueAt(draft, place) === null);
    const twice = emptied ?? [...meshNetworks, ...(network === undefined ? [] : [network])];
    return emptied !== undefined || (network !== undefined && valueAt(draft, twice) !== undefined)
      ? [
          {
            code: "ISM676",
            path: twice,
            at: "key",
            detail: `The gateways of network ${showValue(network ?? "")} are said twice: here, and by eastWest of cluster ${showValue(value.name ?? "")} (${path.join(".")}), which is written to the same place.`,
            fix: "Say it in one place: delete the network here, or delete eastWest of the cluster.",
          },
        ]
      : [];
  });
}
