import { laterHttpRouteFields, releaseOf } from "../../releases/istio-releases.ts";
import { completeHost } from "../../routing/hosts.ts";
import { serviceHost } from "../../render/names.ts";
import type { MeshDraft } from "../draft.ts";
import { itemsOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import type { Path } from "../path.ts";
import { describePath } from "../path.ts";
import { showValue } from "../show-value.ts";
import type { PlacedRoute, RouteDraft } from "../walk-draft.ts";
import { routesOf } from "../walk-draft.ts";
import { suggestVersion } from "./weight-versions.ts";

/** Istio's settings of a route hold together, and its release has them. */
export function checkRouteSettings(draft: MeshDraft): readonly Finding[] {
  return routesOf(draft).flatMap((route) => [
    ...checkWeightsThere(route),
    ...checkTogether(route),
    ...checkMirror(draft, route),
    ...checkRelease(draft, route),
  ]);
}

function checkWeightsThere({ value, path }: PlacedRoute): readonly Finding[] {
  return "weights" in value || "redirect" in value
    ? []
    : [
        {
          code: "ISM105",
          path: [...path, "weights"],
          detail: `${describePath(path)} has no weights, and there is no default for them: they are the percent of the requests for each version.`,
          fix: "Add weights (map of names to whole numbers), or redirect where no version is to get the requests.",
        },
      ];
}

/** Two fields, or one and what is missing, that Istio refuses or that would have no effect. */
interface Clash {
  /** The field to be named, below the route. */
  readonly at: Path;
  readonly why: string;
  readonly fix: string;
}

/** What a redirect leaves no place for: validateHTTPRouteConflict of istio.io/istio (pkg/config/validation), and what concerns the way to an application. */
const besideRedirect = [
  "weights",
  "timeout",
  "retries",
  "mirror",
  "mirrorPercentage",
  "fault",
  "rewrite",
] as const satisfies readonly (keyof RouteDraft)[];

function checkTogether({ value, path }: PlacedRoute): readonly Finding[] {
  return clashesOf(value).map(({ at, why, fix }) => ({
    code: "ISM546",
    path: [...path, ...at],
    at: "key",
    detail: `${describePath([...path, ...at])} ${why}.`,
    fix,
  }));
}

function clashesOf(value: RouteDraft): readonly Clash[] {
  return [...clashesOfRedirect(value), ...clashesOfOthers(value)].filter((one) => one !== undefined);
}

function clashesOfRedirect(value: RouteDraft): readonly (Clash | undefined)[] {
  const { redirect, match, verify } = value;
  if (redirect === undefined) {
    return [];
  }
  const byPrefix = match === undefined || !("exact" in match || "regex" in match);
  return [
    ...besideRedirect
      .filter((field) => field in value)
      .map((field) => ({
        at: [field],
        why: "cannot be beside redirect: the proxy answers these requests itself, and no version gets any",
        fix: `Delete ${field}, or redirect.`,
      })),
    clash(verify !== undefined && "expect" in verify, {
      at: ["verify", "expect"],
      why: "cannot be beside redirect: a proof holds the answers against redirect",
      fix: "Delete expect.",
    }),
    clash(!["uri", "prefixRewrite", "authority", "scheme", "port", "derivePort"].some((field) => field in redirect), {
      at: ["redirect"],
      why: "changes nothing, and Istio refuses it",
      fix: "Add uri, authority, scheme or port.",
    }),
    bothIn(redirect, ["redirect"], "uri", "prefixRewrite"),
    bothIn(redirect, ["redirect"], "port", "derivePort"),
    ...portsTwice(redirect),
    clash("prefixRewrite" in redirect && !("uri" in redirect) && !byPrefix, {
      at: ["redirect", "prefixRewrite"],
      why: "takes the place of a prefix, and the route matches none",
      fix: "Write uri in its place, or match a prefix.",
    }),
  ];
}

/** Envoy appends its port to the authority, whatever that ends with (findings/envoy-redirects-are-joined-texts.sh). */
function portsTwice({
  authority,
  port,
  derivePort,
}: NonNullable<RouteDraft["redirect"]>): readonly (Clash | undefined)[] {
  const appended = [
    ...(port === undefined ? [] : ["port"]),
    ...(derivePort === "FROM_REQUEST_PORT" ? ["derivePort"] : []),
  ];
  return appended.map((field) =>
    clash(/:\d+$/.test(authority ?? ""), {
      at: ["redirect", field],
      why: "cannot be beside an authority with a port: proxies append it, as in example.org:81:82",
      fix: `Delete ${field}, or write authority without a port.`,
    }),
  );
}

function clashesOfOthers(value: RouteDraft): readonly (Clash | undefined)[] {
  const { rewrite, fault, retries } = value;
  return [
    clash("mirrorPercentage" in value && !("mirror" in value), {
      at: ["mirrorPercentage"],
      why: "is nothing without mirror",
      fix: "Add mirror, or delete it.",
    }),
    bothIn(rewrite, ["rewrite"], "uri", "uriRegexRewrite"),
    clash(isEmpty(rewrite), {
      at: ["rewrite"],
      why: "changes nothing, and Istio refuses it",
      fix: "Add uri, uriRegexRewrite or authority.",
    }),
    clash(isEmpty(fault), {
      at: ["fault"],
      why: "has neither a delay nor an abort, and Istio refuses it",
      fix: "Add one of them.",
    }),
    ...clashesOfHeaders(value),
    clash(retries?.attempts === 0 && Object.keys(retries).length > 1, {
      at: ["retries", "attempts"],
      why: "is 0, which turns retries off, beside what says how to retry; Istio refuses it",
      fix: "Delete the other fields of retries, or write a number of attempts.",
    }),
  ];
}

/** Envoy removes before it sets, whatever the order in which they are written (HeaderParser::evaluateHeaders of envoyproxy/envoy, source/common/router/header_parser.cc). */
function clashesOfHeaders({ headers = {} }: RouteDraft): readonly (Clash | undefined)[] {
  return (["request", "response"] as const).flatMap((side) => {
    const { set = {}, remove = [] } = headers[side] ?? {};
    const names = new Set(Object.keys(set).map((name) => name.toLowerCase()));
    return remove.map((name, index) =>
      clash(names.has(String(name).toLowerCase()), {
        at: ["headers", side, "remove", index],
        why: "names a header that set gives a value: proxies remove before they set, so that it would stay",
        fix: "Delete it here, or in set.",
      }),
    );
  });
}

function clash(holds: boolean, what: Clash): Clash | undefined {
  return holds ? what : undefined;
}

function isEmpty(value: object | undefined): boolean {
  return value !== undefined && Object.keys(value).length === 0;
}

function bothIn(value: object | undefined, path: Path, one: string, other: string): Clash | undefined {
  return value !== undefined && one in value && other in value
    ? {
        at: [...path, other],
        why: `cannot be beside ${one}: only one of them can hold`,
        fix: `Delete ${one} or ${other}.`,
      }
    : undefined;
}

/** Copies to a version that there is not are thrown away without a word: the proxy has no such cluster. */
function checkMirror(draft: MeshDraft, { value, path, service }: PlacedRoute): readonly Finding[] {
  const { host, subset } = value.mirror ?? {};
  const services = itemsOf(draft.spec?.services).map(([, one]) => one);
  const full = host === undefined ? undefined : completeHost(host, service.namespace, services);
  const meant = services.find(
    ({ name, namespace }) => name !== undefined && namespace !== undefined && serviceHost({ name, namespace }) === full,
  );
  const versions = Object.keys(meant?.versions ?? {});
  return subset === undefined || meant === undefined || versions.includes(subset)
    ? []
    : [
        {
          code: "ISM549",
          path: [...path, "mirror", "subset"],
          detail: `${meant.name} has no version ${showValue(subset)}${versions.length === 0 ? "; it has no versions at all" : ""}. Copies for it would reach nothing, and nobody would be told.`,
          fix: suggestVersion(subset, versions),
        },
      ];
}

function checkRelease(draft: MeshDraft, { value, path }: PlacedRoute): readonly Finding[] {
  const release = releaseOf(draft.spec?.istio?.version ?? "");
  return laterHttpRouteFields.flatMap(([since, field]): readonly Finding[] => {
    const [outer = "", inner = ""] = field.split(".");
    const settings = (value as Readonly<Record<string, object | undefined>>)[outer];
    return release === undefined || release.httpRouteFields.has(field) || settings === undefined || !(inner in settings)
      ? []
      : [
          {
            code: "ISM547",
            path: [...path, outer, inner],
            at: "key",
            detail: `VirtualServices of Istio ${release.minor} have no ${field}, which came with 1.${since}: its API server would drop it without a word.`,
            fix: `Delete ${inner}, or use Istio 1.${since} or newer.`,
          },
        ];
  });
}
