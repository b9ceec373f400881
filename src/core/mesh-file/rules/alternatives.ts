import type { MeshDraft } from "../draft.ts";
import { entriesOf, itemsOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import type { Path } from "../path.ts";
import { describePath } from "../path.ts";
import { routesOf, servicesOf } from "../walk-draft.ts";

interface Choice {
  readonly value: object | undefined;
  readonly path: Path;
  /** The ways; each is a group of fields that belong together. */
  readonly ways: readonly (readonly string[])[];
  /** Whether having none of them is right, too. */
  readonly optional?: boolean;
}

const comparisons = [["exact"], ["prefix"], ["regex"]] as const;

const rfc2136Path = ["spec", "dns", "provider", "rfc2136"] as const;
const designatePath = ["spec", "dns", "provider", "designate"] as const;

/** Where a mapping gives a choice, exactly one of the ways is taken, and taken completely. */
export function checkAlternatives(draft: MeshDraft): readonly Finding[] {
  const { rancher, trust, issuers, dns } = draft.spec ?? {};
  const choices: readonly Choice[] = [
    { value: rancher?.token, path: ["spec", "rancher", "token"], ways: [["env"], ["file"]] },
    {
      value: trust?.root,
      path: ["spec", "trust", "root"],
      ways: [["certFile", "keyFile"], ["secretRef"]],
    },
    ...dnsChoices(dns),
    ...itemsOf(issuers).flatMap(([index, issuer]) => [
      { value: issuer, path: ["spec", "issuers", index], ways: [["acme"], ["isthmus"]] },
      // Of solvers it is said where they are.
      {
        value: issuer.acme,
        path: ["spec", "issuers", index, "acme"],
        ways: [["dns01"], ["http01"]],
        optional: "solvers" in (issuer.acme ?? {}),
      },
      {
        value: issuer.isthmus?.externalAccount?.hmacKey,
        path: ["spec", "issuers", index, "isthmus", "externalAccount", "hmacKey"],
        ways: [["env"], ["file"]],
      },
    ]),
    ...servicesOf(draft).flatMap(serviceChoices),
    ...routesOf(draft).flatMap(({ value, path }) => [
      { value: value.match, path: [...path, "match"], ways: comparisons, optional: true },
      { value: value.fault?.abort, path: [...path, "fault", "abort"], ways: [["httpStatus"], ["grpcStatus"]] },
      ...itemsOf(value.corsPolicy?.allowOrigins).map(([index, origin]) => ({
        value: origin,
        path: [...path, "corsPolicy", "allowOrigins", index],
        ways: comparisons,
      })),
      ...entriesOf(value.match?.queryParams).map(([name, parameter]) => ({
        value: parameter,
        path: [...path, "match", "queryParams", name],
        ways: [["exact"], ["regex"]],
      })),
      ...entriesOf(value.match?.headers).map(([name, header]) => ({
        value: header,
        path: [...path, "match", "headers", name],
        ways: comparisons,
      })),
    ]),
  ];
  return [...choices.flatMap(checkChoice), ...checkProvider(dns?.provider)];
}

function serviceChoices({ value, path }: ReturnType<typeof servicesOf>[number]): readonly Choice[] {
  return [
    {
      value: value.sessions,
      path: [...path, "sessions"],
      ways: [["httpHeaderName"], ["httpCookie"], ["httpQueryParameterName"]],
    },
    { value: value.failover, path: [...path, "failover"], ways: [["regions"], ["priority"]], optional: true },
  ];
}

function dnsChoices(dns: NonNullable<MeshDraft["spec"]>["dns"]): readonly Choice[] {
  const { rfc2136, designate } = dns?.provider ?? {};
  return [
    { value: rfc2136?.tsig?.secret, path: [...rfc2136Path, "tsig", "secret"], ways: [["env"], ["file"]] },
    {
      value: designate?.applicationCredential?.secret,
      path: [...designatePath, "applicationCredential", "secret"],
      ways: [["env"], ["file"]],
    },
    { value: designate?.user?.password, path: [...designatePath, "user", "password"], ways: [["env"], ["file"]] },
    { value: designate, path: designatePath, ways: [["applicationCredential"], ["user"]], optional: true },
  ];
}

function checkChoice({ value, path, ways, optional }: Choice): readonly Finding[] {
  if (value === undefined) {
    return [];
  }
  const taken = ways.filter((fields) => fields.some((field) => field in value));
  const all = ways.map((fields) => fields.join(" with ")).join(" or ");
  const [way, other] = taken;
  if (way === undefined) {
    return optional === true
      ? []
      : [
          {
            code: "ISM119",
            path,
            detail: `${describePath(path)} has none of the fields that it is about: ${all}.`,
            fix: `Add ${all}.`,
          },
        ];
  }
  if (other !== undefined) {
    return [
      {
        code: "ISM119",
        path: [...path, other.find((field) => field in value) ?? ""],
        at: "key",
        detail: `${describePath(path)} has ${taken.map((fields) => fields.find((field) => field in value)).join(" and ")}, and only one of them can hold.`,
        fix: `Keep one: ${taken.map((fields) => fields.join(" with ")).join(" or ")}.`,
      },
    ];
  }
  const missing = way.filter((field) => !(field in value));
  return missing.map((field) => ({
    code: "ISM105",
    path: [...path, field],
    detail: `${describePath(path)} has ${way.find((one) => one in value)}, which is nothing without ${field}.`,
    fix: `Add ${field}.`,
  }));
}

/** The provider's name is a key, so there is exactly one key. */
function checkProvider(provider: object | undefined): readonly Finding[] {
  const path = ["spec", "dns", "provider"];
  const [first, second] = Object.keys(provider ?? { none: true });
  if (first !== undefined && second === undefined) {
    return [];
  }
  return [
    {
      code: "ISM119",
      path: second === undefined ? path : [...path, second],
      ...(second === undefined ? {} : { at: "key" as const }),
      detail:
        second === undefined
          ? "spec.dns.provider names no provider."
          : `spec.dns.provider names several providers, ${first} and ${second}. A zone is written through one.`,
      fix:
        second === undefined
          ? "Write the provider's name over its settings, for example rfc2136: { server: 192.0.2.53, tsig: { name: isthmus, secret: { file: tsig.key } } }; for external-dns alone the name is enough, as in designate: {}."
          : `Keep one: ${first} or ${second}.`,
    },
  ];
}
