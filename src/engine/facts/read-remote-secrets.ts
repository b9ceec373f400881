import { createHash } from "node:crypto";
import type { CredentialFacts, CredentialTrial, RemoteSecretFacts } from "../../core/checks/credential-facts.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { istioNamespace } from "../../core/render/names.ts";
import { remoteOf } from "../../core/render/remote-secret.ts";
import type { Secret } from "../../core/secret.ts";
import type { KubeClient, KubeLimits } from "../../kube/client.ts";
import { createKubeClient } from "../../kube/connect-client.ts";
import { KubeError } from "../../kube/errors.ts";
import { diagnoseKubeError } from "../../kube/diagnose.ts";
import type { ResolvedContext } from "../../kube/kubeconfig/resolve-context.ts";
import type { TokenEnds } from "./token-ends.ts";
import { endOfToken, tokenKindOf } from "./token-ends.ts";
import type { ReadRemoteKubeconfig } from "./read-remote-kubeconfig.ts";
import { readRemoteKubeconfig } from "./read-remote-kubeconfig.ts";
import { listRemoteSecrets } from "./remote-kubeconfig.ts";

type UsableKubeconfig = Extract<ReadRemoteKubeconfig, { readonly kind: "usable" }>;

export interface TrialOptions {
  readonly signal: AbortSignal;
  readonly tokenEnds: TokenEnds;
  /** False when nothing may be sent there: a sandbox's address while the sandbox is down. */
  readonly mayTry: (server: string) => boolean;
  /** The longest that a trial may take, in milliseconds, where that is less than usual. */
  readonly limitMs?: number;
}

/** Credentials by their content: the same one lies in every other cluster, and is tried once. */
export type TriedCredentials = Map<string, Promise<readonly CredentialFacts[]>>;

type SharedTrials = TrialOptions & { readonly tried: TriedCredentials };

/** The remote secrets of one cluster, each with what a request with its credential ended with. */
export async function readRemoteSecrets(
  client: KubeClient,
  options: SharedTrials,
): Promise<readonly RemoteSecretFacts[]> {
  return endOfTrials(await beginTrials(client, options.signal, options));
}

/** Trials of the credentials in a remote secret, which are under way. */
export type TriedSecret = Promise<RemoteSecretFacts>;

/**
 * Lists the remote secrets of a cluster and begins to try what is in them. The
 * trials are requests to other clusters: they go on by the signal of `options`
 * and not by that of the look at this one, and take none of its time.
 */
export async function beginTrials(
  client: KubeClient,
  signal: AbortSignal,
  options: SharedTrials,
): Promise<readonly TriedSecret[]> {
  const secrets = await listRemoteSecrets(client, signal);
  return secrets.map((secret) => {
    const trying = readSecret(secret, options);
    // Where the look ends before they do, nobody else hears of it.
    trying.catch(() => undefined);
    return trying;
  });
}

/** What the trials have ended with. Rejects with the reason of their signal. */
export async function endOfTrials(secrets: readonly TriedSecret[]): Promise<readonly RemoteSecretFacts[]> {
  return Promise.all(secrets);
}

async function readSecret(secret: KubeObject, options: SharedTrials): Promise<RemoteSecretFacts> {
  const data = (secret["data"] ?? {}) as Readonly<Record<string, Secret>>;
  const annotation = remoteOf(secret);
  const credentials = await Promise.all(
    Object.entries(data).map(async ([cluster, value]) => {
      const key = createHash("sha256").update(`${cluster}\n${value.expose()}`).digest("hex");
      const facts = options.tried.get(key) ?? readCredential(cluster, value, options);
      options.tried.set(key, facts);
      return facts;
    }),
  );
  return {
    name: secret.metadata.name,
    ...(annotation === undefined ? {} : { annotation }),
    keys: Object.keys(data),
    credentials: credentials.flat(),
  };
}

async function readCredential(
  cluster: string,
  value: Secret,
  options: TrialOptions,
): Promise<readonly CredentialFacts[]> {
  const read = readRemoteKubeconfig(value);
  if (read.kind === "refused") {
    return [
      {
        cluster,
        server: "",
        fingerprint: value.fingerprint(),
        token: "other",
        trial: { outcome: "refused", detail: read.words },
      },
    ];
  }
  const expires = read.token === undefined ? undefined : endOfToken(read.token, options.tokenEnds);
  return [
    {
      cluster,
      server: read.server,
      fingerprint: (read.token ?? value).fingerprint(),
      token: read.token === undefined ? "other" : tokenKindOf(read.token),
      ...(expires === undefined ? {} : { expires }),
      trial: await tryCredential(cluster, read, options),
    },
  ];
}

/** Reads istio-system's Services with exactly what the secret holds: what istiod does first. */
async function tryCredential(
  cluster: string,
  { server, caData, tlsServerName, insecureSkipTlsVerify, proxyUrl, token, clientCertificate, basic }: UsableKubeconfig,
  { signal, mayTry, limitMs = Infinity }: TrialOptions,
): Promise<CredentialTrial> {
  if (!mayTry(server)) {
    return { outcome: "not-tried", detail: "the sandbox of this address is not running" };
  }
  const context: ResolvedContext = {
    context: "remote secret",
    file: "remote secret",
    server,
    ...(caData === undefined ? {} : { caData }),
    ...(tlsServerName === undefined ? {} : { tlsServerName }),
    ...(proxyUrl === undefined ? {} : { proxyUrl }),
    insecureSkipTlsVerify,
    user: {
      name: cluster,
      ...(token === undefined ? {} : { token }),
      ...(clientCertificate === undefined ? {} : { clientCertificate }),
      ...(basic === undefined ? {} : { basic }),
    },
    extensions: {},
  };
  let client: KubeClient | undefined;
  try {
    client = createKubeClient({ cluster, context, limits: trialLimits(limitMs) });
    await client.list({ apiVersion: "v1", kind: "Service", namespace: istioNamespace }, { signal });
    const clusterUid = await readClusterUid(client, signal);
    return { outcome: "accepted", detail: "", ...(clusterUid === undefined ? {} : { clusterUid }) };
  } catch (error) {
    signal.throwIfAborted();
    return explainRefusal(error, cluster);
  } finally {
    await client?.close();
  }
}

/** A trial is one quick question: an address that does not answer must not hold up the check. */
function trialLimits(limitMs: number): Partial<KubeLimits> {
  return {
    connectTimeoutMs: Math.min(3000, limitMs),
    requestTimeoutMs: Math.min(5000, limitMs),
    retryBudgetMs: Math.min(1000, limitMs),
  };
}

/** Which cluster it is that answers; undefined where the credential may not see that. */
async function readClusterUid(client: KubeClient, signal: AbortSignal): Promise<string | undefined> {
  try {
    const system = await client.get({ apiVersion: "v1", kind: "Namespace", name: "kube-system" }, { signal });
    const uid = system?.metadata["uid"];
    return typeof uid === "string" ? uid : undefined;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

async function explainRefusal(error: unknown, cluster: string): Promise<CredentialTrial> {
  if (!(error instanceof KubeError)) {
    // A server that is no URL, a CA that is no certificate: istiod cannot use it either.
    return { outcome: "untrusted", detail: "the kubeconfig in the secret cannot be used." };
  }
  if (error.kind === "credentials") {
    return { outcome: "unauthorized", detail: "" };
  }
  if (error.kind === "forbidden") {
    return { outcome: "forbidden", detail: error.message };
  }
  if (error.kind === "tls") {
    return { outcome: "untrusted", detail: (await diagnoseKubeError(error, cluster)).detail };
  }
  return { outcome: "unreachable", detail: error.message };
}
