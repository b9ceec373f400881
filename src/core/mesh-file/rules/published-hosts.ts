import type { MeshDraft } from "../draft.ts";
import { entriesOf, itemsOf } from "../draft.ts";
import { isInZone } from "../../front-door/dns-records.ts";
import { readDuration } from "../duration.ts";
import type { Finding } from "../finding.ts";
import type { Path } from "../path.ts";
import { domain, isIpv4, plainHost } from "../schema/addresses.ts";
import type { PlacedRoute } from "../walk-draft.ts";
import { frontGatewayNameOf, namespaceOf, routesOf } from "../walk-draft.ts";

type DnsDraft = NonNullable<NonNullable<MeshDraft["spec"]>["dns"]>;

/** Hosts that are to be published are names, in the zone where isthmus writes them, and one writer has each of them. */
export function checkPublishedHosts(draft: MeshDraft): readonly Finding[] {
  const dns = draft.spec?.dns;
  const hasZone = draft.spec !== undefined && "dns" in draft.spec;
  const published = routesOf(draft).filter(({ value }) => value.dns !== undefined);
  const own = published.filter(({ value }) => value.dns?.via === "isthmus");
  return [
    ...published.flatMap(checkNames),
    ...(hasZone ? [] : own.map(withoutZone)),
    ...own.flatMap((route) => checkZone(route, dns?.zone)),
    ...checkWriters(published),
    ...checkGatewaysBeside(routesOf(draft), published),
    ...(own.length === 0 || dns === undefined
      ? []
      : [
          ...checkProvider(dns, {
            other: [...(own[0]?.path ?? []), "dns", "via"],
            otherwise: "write via: externalDns where the clusters run external-dns",
          }),
          ...checkTtl(dns),
        ]),
  ];
}

function checkNames({ value, path }: PlacedRoute): readonly Finding[] {
  return itemsOf(value.hosts)
    .filter(([, host]) => host === "*" || isIpv4(host))
    .map(([index, host]) => ({
      code: "ISM140" as const,
      path: [...path, "hosts", index],
      detail: `The route asks for DNS records, and ${host} is no name that a record could have.`,
      fix: "Name the hosts, or delete dns.",
    }));
}

function withoutZone({ path }: PlacedRoute): Finding {
  return {
    code: "ISM140",
    path: [...path, "dns", "via"],
    detail: "isthmus is to write the records of the route, and nothing says in which zone and through which provider.",
    fix: "Add dns with zone and provider under spec, or write via: externalDns.",
  };
}

function checkZone({ value, path }: PlacedRoute, zone: string | undefined): readonly Finding[] {
  // What is no zone at all is told by its form.
  return zone === undefined || !domain.test(namedHost(zone))
    ? []
    : itemsOf(value.hosts)
        .filter(([, host]) => host !== "*" && !isIpv4(host) && !isInZone(namedHost(host), namedHost(zone)))
        .map(([index, host]) => ({
          code: "ISM140" as const,
          path: [...path, "hosts", index],
          detail: `isthmus is to publish ${host}, which is not in the zone ${zone}: the zone's server would refuse the record.`,
          other: ["spec", "dns", "zone"],
          fix: `Publish names that end in .${zone.replace(/\.$/, "")} or correct spec.dns.zone; a mesh file has one zone.`,
        }));
}

/** external-dns publishes whatever a Gateway that it reads has, and would write the names beside isthmus. */
function checkWriters(published: readonly PlacedRoute[]): readonly Finding[] {
  const firsts = new Map<string, PlacedRoute>();
  return published.flatMap((route): readonly Finding[] => {
    const { value, path } = route;
    const other = thingsOf(route)
      .map((key) => {
        const first = firsts.get(key) ?? route;
        firsts.set(key, first);
        return { key, first };
      })
      .find(({ first }) => first.value.dns?.via !== value.dns?.via);
    return other === undefined
      ? []
      : [
          {
            code: "ISM140" as const,
            path: [...path, "dns", "via"],
            detail: `${other.key} is published via ${other.first.value.dns?.via ?? ""} for another route, and via ${value.dns?.via ?? ""} here. Both would write the name's records.`,
            other: [...other.first.path, "dns", "via"],
            fix: "Write the same via in both routes, or give them gateways and hosts of their own.",
          },
        ];
  });
}

/** A route without dns whose host is published one way is at no Gateway that is read in the other: it has one of the two readers. */
function checkGatewaysBeside(all: readonly PlacedRoute[], published: readonly PlacedRoute[]): readonly Finding[] {
  const ofHost = new Map(published.flatMap((route) => hostsOf(route).map((host) => [host, route] as const)));
  const ofGateway = new Map(published.flatMap((route) => gatewaysOf(route).map((key) => [key, route] as const)));
  return all
    .filter(({ value }) => value.dns === undefined)
    .flatMap((route): readonly Finding[] => {
      const [key = ""] = gatewaysOf(route);
      const there = ofGateway.get(key);
      const host = hostsOf(route).find((one) => {
        const via = ofHost.get(one)?.value.dns?.via;
        return there !== undefined && via !== undefined && via !== there.value.dns?.via;
      });
      return host === undefined
        ? []
        : [
            {
              code: "ISM140" as const,
              path: [...route.path, "gateway"],
              detail: `${key} is published via ${there?.value.dns?.via ?? ""} for another route, and has by this one the host ${host}, which is published via ${ofHost.get(host)?.value.dns?.via ?? ""}. external-dns either reads a Gateway, with all of its hosts, or passes over it.`,
              other: [...(there?.path ?? []), "dns", "via"],
              fix: "Give one of the routes a gateway of its own.",
            },
          ];
    });
}

/** What has one writer: the route's Gateway and its hosts. */
function thingsOf(route: PlacedRoute): readonly string[] {
  return [...gatewaysOf(route), ...hostsOf(route)];
}

/** One, or none for a route inside of the mesh. */
function gatewaysOf({ value, service }: PlacedRoute): readonly string[] {
  const gateway = frontGatewayNameOf(value);
  return gateway === undefined ? [] : [`Gateway ${namespaceOf(service, value) ?? ""}/${gateway}`];
}

function hostsOf({ value }: PlacedRoute): readonly string[] {
  return itemsOf(value.hosts).map(([, host]) => host.toLowerCase());
}

/** A name as DNS compares it, also where the file has another spelling of it, which its form refuses already. */
export function namedHost(text: string): string {
  return plainHost(text).toLowerCase();
}

/**
 * That isthmus itself can write through the provider of spec.dns (ISM638). `other` is what
 * asks for that, `otherwise` what can be done instead.
 */
export function checkProvider(
  { provider }: DnsDraft,
  { other, otherwise }: { readonly other: Path; readonly otherwise: string },
): readonly Finding[] {
  const [entry, second] = entriesOf(provider);
  // Which of several is meant says another finding.
  if (entry === undefined || second !== undefined) {
    return [];
  }
  const [name, settings] = entry;
  const path = ["spec", "dns", "provider", name];
  if (name !== "rfc2136" && name !== "designate") {
    return [
      {
        code: "ISM638",
        path,
        at: "key",
        detail: `isthmus is to write DNS records itself, and knows no way to write them through ${name}.`,
        other,
        fix: `Use rfc2136 or designate, or ${otherwise}.`,
      },
    ];
  }
  const missing =
    name === "rfc2136"
      ? ["server", "tsig"].filter((field) => !(field in settings))
      : [
          ...("authUrl" in settings ? [] : ["authUrl"]),
          ...("applicationCredential" in settings || "user" in settings ? [] : ["applicationCredential or user"]),
        ];
  return missing.length === 0
    ? []
    : [
        {
          code: "ISM638",
          path,
          detail: `isthmus is to write DNS records itself through ${name}, whose settings have no ${missing.join(" and no ")}.`,
          other,
          fix: `Add ${missing.join(" and ")}. What they are says isthmus explain spec.dns.provider.${name}.`,
        },
      ];
}

/** RFC 2181, section 8: 31 bits. At 0 nobody keeps an answer, and each request of each client asks the server. */
function checkTtl({ ttl }: DnsDraft): readonly Finding[] {
  const seconds = ttl === undefined ? undefined : readDuration(ttl);
  return seconds === undefined || (Number.isInteger(seconds) && seconds >= 1 && seconds < 2 ** 31)
    ? []
    : [
        {
          code: "ISM117",
          path: ["spec", "dns", "ttl"],
          detail: `spec.dns.ttl is ${ttl ?? ""}. It has to be from 1s to 2147483647s in whole seconds for records that isthmus writes.`,
          fix: "Write for example 60s.",
        },
      ];
}
