import type { ExternalDnsFacts } from "../../core/checks/external-dns-facts.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { KubeClient } from "../../kube/client.ts";
import { expand, flagsOf } from "./external-dns-flags.ts";
import { listDeployments, readProgram } from "./read-program.ts";
import { containersOf } from "./read-workload.ts";

/** By which external-dns is known: its chart and kustomization set the first, the manifests of its documentation the second. */
const externalDnsLabels = ["app.kubernetes.io/name=external-dns", "app=external-dns"];

interface Container {
  readonly name?: string;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly EnvironmentVariable[];
  readonly envFrom?: readonly {
    readonly prefix?: string;
    readonly configMapRef?: { readonly name?: string };
    readonly secretRef?: { readonly name?: string };
  }[];
}

interface EnvironmentVariable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly configMapKeyRef?: { readonly name?: string; readonly key: string } };
}

/** Deployments of external-dns with what says whose names they write. */
export async function readExternalDns(client: KubeClient, signal: AbortSignal): Promise<readonly ExternalDnsFacts[]> {
  const found = await listDeployments(client, externalDnsLabels, signal);
  return Promise.all(found.map(async (object) => readDeployment(client, object, signal)));
}

async function readDeployment(client: KubeClient, object: KubeObject, signal: AbortSignal): Promise<ExternalDnsFacts> {
  const namespace = object.metadata.namespace ?? "";
  const container = chooseContainer(containersOf(object));
  const environment = await readEnvironment(client, namespace, container, signal);
  const flags = flagsOf([...(container.command ?? []), ...(container.args ?? [])], environment);
  const { valueOf, valuesOf, unread } = flags;
  const version = /:v?(\d+\.\d+)(?:\.\d+)?/.exec(container.image ?? "")?.[1];
  const [ownerId, txtPrefix, txtSuffix, txtWildcard] = [
    "txt-owner-id",
    "txt-prefix",
    "txt-suffix",
    "txt-wildcard-replacement",
  ].map(valueOf);
  const [policy, registry] = ["policy", "registry"].map(valueOf);
  return {
    ...(await readProgram(client, object, signal)),
    ...(version === undefined ? {} : { version }),
    ...(ownerId === undefined ? {} : { ownerId }),
    ...(txtPrefix === undefined ? {} : { txtPrefix }),
    ...(txtSuffix === undefined ? {} : { txtSuffix }),
    ...(txtWildcard === undefined ? {} : { txtWildcardReplacement: txtWildcard }),
    ...(policy === undefined ? {} : { policy }),
    ...(registry === undefined ? {} : { registry }),
    ...rfc2136Of(flags),
    ...annotationsOf(flags),
    ...limitsOf(flags),
    sources: valuesOf("source"),
    domainFilters: valuesOf("domain-filter"),
    ...(unread === undefined ? {} : { unread }),
  };
}

/** The provider, with what that of RFC 2136 is told. */
function rfc2136Of({
  valueOf,
  valuesOf,
}: ReturnType<typeof flagsOf>): Pick<ExternalDnsFacts, "provider" | "zones" | "minTtl" | "server"> {
  const [provider, minTtl, host, port] = ["provider", "rfc2136-min-ttl", "rfc2136-host", "rfc2136-port"].map(valueOf);
  const zones = valuesOf("rfc2136-zone");
  return {
    ...(provider === undefined ? {} : { provider }),
    ...(zones.length === 0 ? {} : { zones }),
    ...(minTtl === undefined ? {} : { minTtl }),
    ...(provider === "rfc2136" && Number(port) > 0 ? { server: { host: host ?? "", port: Number(port) } } : {}),
  };
}

/** By these it passes over objects or names; which ones is not judged. */
const limiting = ["namespace", "label-filter", "annotation-filter", "exclude-domains", "regex-domain-filter"];

function limitsOf({ valuesOf }: ReturnType<typeof flagsOf>): Pick<ExternalDnsFacts, "limits"> {
  const limits = limiting.filter((flag) => valuesOf(flag).some((value) => value !== "")).map((flag) => `--${flag}`);
  return limits.length === 0 ? {} : { limits };
}

/** Where it looks for annotations. */
function annotationsOf({
  valueOf,
  isOn,
}: ReturnType<typeof flagsOf>): Pick<ExternalDnsFacts, "annotationPrefix" | "legacyAnnotations"> {
  const prefix = valueOf("annotation-prefix");
  return {
    ...(prefix === undefined ? {} : { annotationPrefix: prefix }),
    ...(isOn("enable-legacy-annotation-prefix") ? { legacyAnnotations: true } : {}),
  };
}

/** A webhook for a DNS provider may run beside it, in a container whose image has a name much like it. */
function chooseContainer(containers: readonly Container[]): Container {
  return (
    containers.find((one) => one.name === "external-dns") ??
    containers.find((one) => /(?:^|\/)external-dns(?:[:@]|$)/.test(one.image ?? "")) ??
    containers[0] ??
    {}
  );
}

interface Environment {
  readonly values: ReadonlyMap<string, string>;
  /** Names of variables, or of whole sources of them, that are not read: Secrets and fields of the pod. */
  readonly unread: readonly string[];
}

async function readEnvironment(
  client: KubeClient,
  namespace: string,
  { env = [], envFrom = [] }: Container,
  signal: AbortSignal,
): Promise<Environment> {
  const values = new Map<string, string>();
  const unread: string[] = [];
  const read: ReadConfigMap = async (name) => {
    const found = await client.get({ apiVersion: "v1", kind: "ConfigMap", namespace, name }, { signal });
    return (found?.["data"] ?? {}) as Readonly<Record<string, string>>;
  };
  for (const { prefix = "", configMapRef, secretRef } of envFrom) {
    if (configMapRef?.name !== undefined) {
      for (const [key, value] of Object.entries(await read(configMapRef.name))) {
        values.set(`${prefix}${key}`, value);
      }
    } else if (secretRef?.name !== undefined) {
      unread.push(`all variables of Secret ${secretRef.name}`);
    }
  }
  for (const variable of env) {
    const { name } = variable;
    const known = await readVariable(variable, read);
    if (known === undefined) {
      unread.push(name);
      values.delete(name);
    } else {
      values.set(name, expand(known, values));
    }
  }
  return { values, unread };
}

type ReadConfigMap = (name: string) => Promise<Readonly<Record<string, string>>>;

/** The value of a variable, or undefined where it comes from what is not read. */
async function readVariable(
  { value, valueFrom }: EnvironmentVariable,
  read: ReadConfigMap,
): Promise<string | undefined> {
  if (valueFrom === undefined) {
    return value ?? "";
  }
  const reference = valueFrom.configMapKeyRef;
  return reference?.name === undefined ? undefined : (await read(reference.name))[reference.key];
}
