import type { AuthorizationFields, AuthorizationPolicyFacts, AuthorizationRule } from "../checks/policy-facts.ts";
import { istioNamespace } from "../render/names.ts";
import type { Labels } from "../model/labels.ts";
import { hasLabels } from "../model/labels.ts";
import { defaultTrustDomain } from "../model/trust-domain.ts";
import { holdsAll, isInBlock } from "./address-block.ts";

/** The workload that asks, by what its certificate says. */
export interface AuthorizedClient {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** That of its cluster's istiod; left out where it is not known. */
  readonly trustDomain?: string;
}

/** What is known of a request. What is left out may be anything. */
export interface AuthorizedRequest {
  readonly port: number;
  /** The client's workload; `none` where it shows no certificate of the mesh. */
  readonly client?: "none" | AuthorizedClient;
  readonly method?: string;
  /** One of the hosts that it may be for. */
  readonly host?: string;
  readonly path?: { readonly kind: "exact" | "prefix"; readonly value: string };
  /** `none`: it carries no JSON web token. */
  readonly token?: "none";
  /** The address from which its connection comes, as the pod sees it; `elsewhere`: none that a policy names. */
  readonly address?: string;
  /** `elsewhere`: the address that proxies before have written into a header is none that a policy names. */
  readonly remote?: "elsewhere";
}

export interface Denial {
  readonly policy: AuthorizationPolicyFacts;
  /**
   * `listed`: a rule denies it. `left-out`: there are rules that allow, and none
   * allows it. `no-provider`: it names an authorizer that istiod does not know.
   */
  readonly kind: "listed" | "left-out" | "no-provider";
}

/** The policies of a pod by which another program decides (CUSTOM): what it says is not known. */
export function customPolicies(
  policies: readonly AuthorizationPolicyFacts[],
  pod: { readonly namespace: string; readonly labels: Labels },
): readonly AuthorizationPolicyFacts[] {
  return policies.filter((one) => one.action === "CUSTOM" && !lacksProvider(one) && isFor(one, pod));
}

/**
 * The policies by which an address that nobody knows decides whether a pod
 * takes a request: none of the others refuses it, and from an address that none
 * of them names it is refused. Of a request with an `address` that is the one in the header alone.
 */
export function policiesByAddress(
  policies: readonly AuthorizationPolicyFacts[],
  pod: PolicyPod,
  request: AuthorizedRequest,
): readonly AuthorizationPolicyFacts[] {
  const unknown = { address: "elsewhere", ...request, remote: "elsewhere" as const };
  return denialOf(policies, pod, request) !== undefined || denialOf(policies, pod, unknown) === undefined
    ? []
    : policiesFor(policies, pod).filter(goesByAddress);
}

/** What a policy selects pods by. */
interface PolicyPod {
  readonly namespace: string;
  readonly labels: Labels;
}

/** The policies that are for a pod. */
export function policiesFor(
  policies: readonly AuthorizationPolicyFacts[],
  pod: PolicyPod,
): readonly AuthorizationPolicyFacts[] {
  return policies.filter((one) => isFor(one, pod));
}

/** Whether a rule of it names addresses. */
export function goesByAddress({ rules }: AuthorizationPolicyFacts): boolean {
  return rules.some(({ from, when = [] }) => [...from, ...when].some(namesAddresses));
}

const addressFields: ReadonlySet<string> = new Set(["ipBlocks", "notIpBlocks", "remoteIpBlocks", "notRemoteIpBlocks"]);

function namesAddresses(fields: AuthorizationFields): boolean {
  return Object.entries(fields).some(([name, values]) => addressFields.has(name) && values.length > 0);
}

/**
 * istiod gives a pod with such a policy one filter that denies everything, also
 * what no rule of it names (istio.io/istio, pilot/pkg/security/authz/builder/extauthz.go).
 */
function lacksProvider({ action, provider, rules }: AuthorizationPolicyFacts): boolean {
  return action === "CUSTOM" && provider?.missing === true && rules.length > 0;
}

/** Certainly, certainly not, or one cannot know. */
type Verdict = "yes" | "no" | "maybe";

/**
 * Why a pod refuses every request of a kind, as far as its policies say so for
 * certain; undefined where at least some requests may pass
 * (https://istio.io/latest/docs/reference/config/security/authorization-policy/).
 * What an external authorizer says (CUSTOM) is not known.
 */
export function denialOf(
  policies: readonly AuthorizationPolicyFacts[],
  pod: { readonly namespace: string; readonly labels: Labels },
  request: AuthorizedRequest,
): Denial | undefined {
  const own = policies.filter((one) => isFor(one, pod));
  const lacking = own.find(lacksProvider);
  if (lacking !== undefined) {
    return { policy: lacking, kind: "no-provider" };
  }
  const denying = own.find((one) => one.action === "DENY" && matches(one, request) === "yes");
  if (denying !== undefined) {
    return { policy: denying, kind: "listed" };
  }
  const allowing = own.filter((one) => one.action === "ALLOW");
  const [first] = allowing;
  return first !== undefined && allowing.every((one) => matches(one, request) === "no")
    ? { policy: first, kind: "left-out" }
    : undefined;
}

function isFor(
  policy: AuthorizationPolicyFacts,
  pod: { readonly namespace: string; readonly labels: Labels },
): boolean {
  return (
    !policy.targeted &&
    (policy.namespace === istioNamespace || policy.namespace === pod.namespace) &&
    hasLabels(pod.labels, policy.selector ?? {})
  );
}

function matches({ rules }: AuthorizationPolicyFacts, request: AuthorizedRequest): Verdict {
  return any(rules.map((rule) => matchesRule(rule, request)));
}

function matchesRule({ from, to, when = [], conditional }: AuthorizationRule, request: AuthorizedRequest): Verdict {
  const one = (fields: AuthorizationFields): Verdict =>
    all(Object.entries(fields).map(([name, values]) => matchesField(name, values, request)));
  return all([
    from.length === 0 ? "yes" : any(from.map(one)),
    to.length === 0 ? "yes" : any(to.map(one)),
    ...when.map(one),
    conditional ? "maybe" : "yes",
  ]);
}

function matchesField(name: string, values: readonly string[], request: AuthorizedRequest): Verdict {
  // A field without values is not there.
  if (values.length === 0) {
    return "yes";
  }
  const plain = name.startsWith("not") ? `${name.slice(3, 4).toLowerCase()}${name.slice(4)}` : name;
  const verdict = any(values.map((value) => matchesValue(plain, value, request)));
  return plain === name ? verdict : opposite(verdict);
}

function matchesValue(field: string, value: string, request: AuthorizedRequest): Verdict {
  const { client, port, method, host, path, token } = request;
  switch (field) {
    case "methods":
      return method === undefined ? "maybe" : certain(matchesText(value, method));
    case "ports":
      return certain(value === String(port));
    case "principals":
    case "serviceAccounts":
    case "namespaces":
      return matchesClient(field, value, client);
    case "requestPrincipals":
      return token === "none" ? "no" : "maybe";
    case "hosts":
      return matchesHost(value, host);
    case "paths":
      return path === undefined || value.includes("{") ? "maybe" : matchesPath(value, path);
    case "ipBlocks":
      return matchesAddress(value, request);
    case "remoteIpBlocks":
      return matchesRemote(value, request);
    default:
      return "maybe";
  }
}

/** A block of everything has also what nobody names; of two families it has only one. */
function matchesAddress(block: string, { address }: AuthorizedRequest): Verdict {
  if (address === "elsewhere") {
    return holdsAll(block) ? "maybe" : "no";
  }
  return address === undefined ? "maybe" : certain(isInBlock(address, block));
}

function matchesRemote(block: string, { remote }: AuthorizedRequest): Verdict {
  return remote === undefined || holdsAll(block) ? "maybe" : "no";
}

function matchesHost(value: string, host: string | undefined): Verdict {
  // Clients may add the port to the host.
  return host === undefined || host.includes("*") || value.includes(":")
    ? "maybe"
    : certain(matchesText(value.toLowerCase(), host.toLowerCase()));
}

function matchesClient(
  field: "principals" | "serviceAccounts" | "namespaces",
  value: string,
  client: AuthorizedRequest["client"],
): Verdict {
  if (client === undefined || client === "none") {
    return client === undefined ? "maybe" : "no";
  }
  switch (field) {
    case "principals":
      return matchesPrincipal(value, client);
    case "serviceAccounts":
      // One without a namespace is of the policy's own.
      return value.includes("/") ? certain(value === `${client.namespace}/${client.serviceAccount}`) : "maybe";
    case "namespaces":
      return certain(matchesText(value, client.namespace));
  }
}

/**
 * In a principal of five parts `cluster.local` is the mesh's trust domain
 * whatever that is, and an alias of it stands for it; aliases are not known
 * here. A shorter one, such as `cluster.local/ns/shop/*`, is compared as it is
 * written (istio 1.31, pilot/pkg/security/trustdomain/bundle.go).
 */
function matchesPrincipal(value: string, { namespace, serviceAccount, trustDomain }: AuthorizedClient): Verdict {
  const own = `/ns/${namespace}/sa/${serviceAccount}`;
  if (value.startsWith("*") && own.endsWith(value.slice(1))) {
    return "yes";
  }
  if (trustDomain !== undefined && matchesText(value, `${trustDomain}${own}`)) {
    return "yes";
  }
  const [domain = "", ...rest] = value.split("/");
  if (!matchesText(`/${rest.join("/")}`, own)) {
    return "no";
  }
  if (rest.length === 4) {
    return domain === defaultTrustDomain ? "yes" : "maybe";
  }
  return trustDomain === undefined ? "maybe" : "no";
}

function matchesPath(value: string, path: NonNullable<AuthorizedRequest["path"]>): Verdict {
  if (path.kind === "exact") {
    return certain(matchesText(value, path.value));
  }
  if (value === "*") {
    return "yes";
  }
  if (value.startsWith("*")) {
    return "maybe";
  }
  const open = value.endsWith("*");
  const start = open ? value.slice(0, -1) : value;
  if (open && path.value.startsWith(start)) {
    return "yes";
  }
  return start.startsWith(path.value) ? "maybe" : "no";
}

/** Exact, `prefix*`, `*suffix` or `*`, which asks for something that is not empty. */
function matchesText(pattern: string, text: string): boolean {
  if (pattern === "*") {
    return text !== "";
  }
  if (pattern.startsWith("*")) {
    return text.endsWith(pattern.slice(1));
  }
  return pattern.endsWith("*") ? text.startsWith(pattern.slice(0, -1)) : text === pattern;
}

function certain(holds: boolean): Verdict {
  return holds ? "yes" : "no";
}

function opposite(verdict: Verdict): Verdict {
  return verdict === "maybe" ? "maybe" : certain(verdict === "no");
}

/** Of no verdict at all: no. */
function any(verdicts: readonly Verdict[]): Verdict {
  return verdicts.includes("yes") ? "yes" : verdicts.includes("maybe") ? "maybe" : "no";
}

function all(verdicts: readonly Verdict[]): Verdict {
  return verdicts.includes("no") ? "no" : verdicts.includes("maybe") ? "maybe" : "yes";
}
