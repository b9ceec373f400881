import type { MeshDraft } from "../draft.ts";
import { entriesOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import type { Path } from "../path.ts";
import type { ClusterDraft, Placed } from "../walk-draft.ts";
import { clustersOf } from "../walk-draft.ts";
import { unknownReader } from "./unknown-reader.ts";

/**
 * An endpoint is for the istiods of the other clusters. Addresses that lead
 * whoever uses them to itself, or no further than one link, can be none,
 * wherever the clusters run (RFC 1122, 3.2.1.3; RFC 3927; RFC 4291, 2.5), and
 * no connection is made to those of groups and of everybody (RFC 5771; RFC 919;
 * RFC 4291, 2.7).
 */
export function checkClusterEndpoints(draft: MeshDraft): readonly Finding[] {
  const clusters = clustersOf(draft);
  return clusters.flatMap((one): readonly Finding[] => [
    ...checkReaders(one, clusters),
    ...(clusters.length < 2 ? [] : checkHosts(one)),
  ]);
}

/** Of the only cluster nobody reads them. */
function checkHosts(one: Placed<ClusterDraft>): readonly Finding[] {
  return addressesOf(one).flatMap(({ server, path }): readonly Finding[] => {
    const kind = uselessHost(server);
    return kind === undefined
      ? []
      : [
          {
            code: "ISM526",
            path,
            detail: `The remote secrets of the other clusters would hold this address, and it is ${kind}: no istiod reaches another cluster by it.`,
            fix: `Write the address of the API server that the other clusters reach, https://<host>:6443${one.value.context === undefined ? "" : "; the kubeconfig may keep the one that this machine uses"}.`,
          },
        ];
  });
}

/** Every address at which others are to reach its API server, with its place in the file. */
function addressesOf({
  value,
  path,
}: Placed<ClusterDraft>): readonly { readonly server: string; readonly path: Path }[] {
  return [
    ...(value.endpoint === undefined ? [] : [{ server: value.endpoint, path: [...path, "endpoint"] }]),
    ...entriesOf(value.endpointSeenFrom).flatMap(([name, { server }]) =>
      server === undefined ? [] : [{ server, path: [...path, "endpointSeenFrom", name, "server"] }],
    ),
  ];
}

/** `endpointSeenFrom` names other clusters of the mesh. */
function checkReaders(
  { value, path }: Placed<ClusterDraft>,
  clusters: readonly Placed<ClusterDraft>[],
): readonly Finding[] {
  const names = clusters.flatMap(({ value: other }) => (other.name === value.name ? [] : (other.name ?? [])));
  return entriesOf(value.endpointSeenFrom)
    .filter(([name]) => !names.includes(name))
    .map(([name]) => unknownReader("endpointSeenFrom", name, names, [...path, "endpointSeenFrom", name]));
}

/** Addresses by what they are, in words that follow "it is". Hosts are as URL writes them, which is one way for each address. */
const useless: readonly (readonly [words: string, isSuch: (host: string) => boolean])[] = [
  [
    "the loopback address of whoever uses it",
    (host) =>
      /^127(?:\.\d+){3}$/.test(host) ||
      ["[::1]", "localhost"].includes(host) ||
      host.endsWith(".localhost") ||
      firstOctetsOf(host)?.[0] === 127,
  ],
  [
    "no address (the one that stands for none)",
    (host) => /^0(?:\.\d+){3}$/.test(host) || host === "[::]" || firstOctetsOf(host)?.[0] === 0,
  ],
  [
    "a link-local address, which no router passes on",
    (host) =>
      /^169\.254(?:\.\d+){2}$/.test(host) ||
      /^\[fe[89ab][\da-f]:/.test(host) ||
      firstOctetsOf(host)?.join(".") === "169.254",
  ],
  ["a multicast address, which is that of a group", (host) => isMulticast(host) || /^\[ff[\da-f]{2}:/.test(host)],
  // Others from 240.0.0.0 on are in use: https://cloud.google.com/vpc/docs/subnets#valid-ranges
  ["the broadcast address", (host) => ["255.255.255.255", "[::ffff:ffff:ffff]"].includes(host)],
];

function isMulticast(host: string): boolean {
  const first = Number(/^(\d+)(?:\.\d+){3}$/.exec(host)?.[1] ?? firstOctetsOf(host)?.[0] ?? Number.NaN);
  return first >= 224 && first <= 239;
}

/** What the host of an https URL is when it leads nobody anywhere, in words that follow "it is"; undefined for every one that may. */
export function uselessHost(endpoint: string): string | undefined {
  const host = URL.canParse(endpoint) ? new URL(endpoint).hostname.replace(/\.$/, "") : "";
  return useless.find(([, isSuch]) => isSuch(host))?.[0];
}

/** Of an IPv4 address inside of IPv6, whose last two groups are the four octets. */
function firstOctetsOf(host: string): readonly [number, number] | undefined {
  const group = /^\[::ffff:([\da-f]+):[\da-f]+\]$/.exec(host)?.[1];
  const both = group === undefined ? undefined : Number.parseInt(group, 16);
  return both === undefined ? undefined : [both >> 8, both & 0xff];
}
