import { Secret } from "../../../core/secret.ts";
import { isRecord, textOf } from "../../../kube/kubeconfig/read-fields.ts";
import { noDnsEndpoint, notKeystone, notSignedIn } from "./designate-refusals.ts";
import type { OpenStackAccess } from "./openstack-access.ts";
import type { ApiAnswer, Send } from "./api-wire.ts";

/** A token with the address of the cloud's DNS service. */
export interface Session {
  readonly token: Secret;
  /** Designate's address with `/v2`, without a slash at the end. */
  readonly dnsUrl: string;
}

export interface Sessions {
  /** One that is valid, or a new one. A UserError: ISM632 where the credentials are refused, ISM634 without a DNS service. */
  readonly get: (signal: AbortSignal) => Promise<Session>;
  /** Forgets it: the service has refused the token. */
  readonly drop: () => void;
}

/** A token that ends within this time is not used any more. */
const marginMs = 60_000;

/** Signs in at Keystone v3 when a session is first needed (https://docs.openstack.org/api-ref/identity/v3/). */
export function createSessions(access: OpenStackAccess, send: Send, now: () => number): Sessions {
  let current: { readonly session: Promise<Session>; endsAt: number } | undefined;
  const signIn = async (signal: AbortSignal): Promise<Session> => {
    const base = access.authUrl.replace(/\/$/, "");
    const url = `${base.endsWith("/v3") ? base : `${base}/v3`}/auth/tokens`;
    const answer = await send({ method: "POST", url, body: requestOf(access), signal });
    const { token, endsAt, catalog } = readToken(access, answer);
    if (current !== undefined) {
      current.endsAt = endsAt;
    }
    return { token, dnsUrl: dnsUrlIn(access, catalog) };
  };
  return {
    get: async (signal) => {
      if (current === undefined || current.endsAt - marginMs < now()) {
        current = { session: signIn(signal), endsAt: Infinity };
        const own = current;
        own.session.catch(() => {
          current = current === own ? undefined : current;
        });
      }
      return await current.session;
    },
    drop: () => {
      current = undefined;
    },
  };
}

function requestOf({ credentials }: OpenStackAccess): object {
  if (credentials.kind === "application-credential") {
    // It is of one project already, and takes no scope.
    const { id, secret } = credentials;
    const methods = ["application_credential"];
    return { auth: { identity: { methods, application_credential: { id, secret: secret.expose() } } } };
  }
  const { username, userDomain, password, project, projectDomain } = credentials;
  const user = { name: username, domain: { name: userDomain }, password: password.expose() };
  return {
    auth: {
      identity: { methods: ["password"], password: { user } },
      scope: { project: { name: project, domain: { name: projectDomain } } },
    },
  };
}

function readToken(
  access: OpenStackAccess,
  answer: ApiAnswer,
): { readonly token: Secret; readonly endsAt: number; readonly catalog: readonly unknown[] } {
  if (answer.status === 401 || answer.status === 403) {
    throw notSignedIn(access, answer);
  }
  const value = answer.header("x-subject-token");
  const { token } = answer.body;
  if (answer.status !== 201 || value === undefined || !isRecord(token)) {
    throw notKeystone(access, answer);
  }
  const ends = Date.parse(textOf(token["expires_at"]) ?? "");
  return {
    token: new Secret(value),
    endsAt: Number.isNaN(ends) ? Infinity : ends,
    catalog: Array.isArray(token["catalog"]) ? token["catalog"] : [],
  };
}

/** The public endpoint of the service of type `dns` in the region. */
function dnsUrlIn(access: OpenStackAccess, catalog: readonly unknown[]): string {
  const endpoints = catalog
    .filter(isRecord)
    .filter((service) => service["type"] === "dns")
    .flatMap((service) => (Array.isArray(service["endpoints"]) ? (service["endpoints"] as readonly unknown[]) : []))
    .filter(isRecord)
    .filter((one) => one["interface"] === "public");
  const regionOf = (one: Readonly<Record<string, unknown>>): string => textOf(one["region_id"] ?? one["region"]) ?? "";
  const fitting = endpoints.filter((one) => access.region === undefined || regionOf(one) === access.region);
  const urls = [...new Set(fitting.flatMap((one) => textOf(one["url"]) ?? []))];
  const [url] = urls;
  if (url === undefined || urls.length > 1) {
    throw noDnsEndpoint(access, endpoints.map(regionOf));
  }
  const base = url.replace(/\/$/, "");
  return base.endsWith("/v2") ? base : `${base}/v2`;
}
