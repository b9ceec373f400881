import { Secret } from "../../core/secret.ts";
import type { ResolvedContext } from "../../kube/kubeconfig/resolve-context.ts";
import { textOf } from "../../kube/kubeconfig/read-fields.ts";
import type { AppOperation, AppPlace, AppRequest, OperationWait } from "./apps.ts";
import { installApp, uninstallApp, upgradeApp, waitForOperation } from "./apps.ts";
import type { RancherCluster } from "./clusters.ts";
import { pickCluster, readCluster } from "./clusters.ts";
import { collectPages } from "./collect-pages.ts";
import { RancherError } from "./rancher-error.ts";
import type { RancherLimits } from "./rancher-requests.ts";
import { createRancherRequests } from "./rancher-requests.ts";
import { isRancherAtLeast } from "./rancher-version.ts";
import type { RancherAccess } from "./read-access.ts";
import type { RancherToken, TokenFacts, TokenWish } from "./token-facts.ts";
import type { TokenPlace } from "./tokens.ts";
import { createToken, deleteToken, listTokens, readToken } from "./tokens.ts";

/** Rancher's own API by a token of one user. Rejects with RancherErrors, UserErrors, or the signal's reason. */
export interface RancherClient {
  /** `v2.12.3`. Asked once, and without the token where Rancher tells it to everybody. */
  serverVersion(signal: AbortSignal): Promise<string>;
  /** All clusters that the user sees, by name. */
  listClusters(signal: AbortSignal): Promise<readonly RancherCluster[]>;
  /** By ID, else by name. A UserError (65) when it is unknown (ISM289) or the name ambiguous (ISM290). */
  findCluster(idOrName: string, signal: AbortSignal): Promise<RancherCluster>;
  /** The way to a cluster's API server through Rancher, with this client's token. Asks nobody. */
  contextOf(clusterId: string): ResolvedContext;
  /** A token for one cluster; it says whether Rancher made it shorter than asked. */
  createToken(wish: TokenWish, signal: AbortSignal): Promise<RancherToken>;
  /** By the part before the colon; undefined when this user has no such token. */
  readToken(name: string, signal: AbortSignal): Promise<TokenFacts | undefined>;
  /** This user's tokens that have these labels, by name. */
  listTokens(labels: Readonly<Record<string, string>>, signal: AbortSignal): Promise<readonly TokenFacts[]>;
  /** Ends a token at once; one that is not there is no problem. */
  deleteToken(name: string, signal: AbortSignal): Promise<void>;
  /** A kubeconfig for the cluster, as YAML. It may hold a token that Rancher makes for it. */
  generateKubeconfig(clusterId: string, signal: AbortSignal): Promise<Secret>;
  /**
   * Whether tokens of the cluster's own service accounts work through Rancher:
   * Rancher 2.9 or newer, and exactly one ClusterProxyConfig, which is enabled.
   * A RancherError `forbidden` where the user may not read those.
   */
  acceptsServiceAccounts(clusterId: string, signal: AbortSignal): Promise<boolean>;
  installApp(request: AppRequest, signal: AbortSignal): Promise<AppOperation>;
  upgradeApp(request: AppRequest, signal: AbortSignal): Promise<AppOperation>;
  /** Undefined when the app is not there. */
  uninstallApp(
    app: { readonly clusterId: string; readonly namespace: string; readonly releaseName: string },
    signal: AbortSignal,
  ): Promise<AppOperation | undefined>;
  /** Until helm's pod has ended; a RancherError `operation` when it failed or the time is up. */
  waitForOperation(operation: AppOperation, wait: OperationWait, signal: AbortSignal): Promise<void>;
  /** Ends all connections. May be called twice. */
  close(): Promise<void>;
}

export interface RancherClientOptions {
  readonly limits?: Partial<RancherLimits>;
  /** Between two looks at an app operation, in milliseconds. Default 2000. */
  readonly pollMs?: number;
  /** Milliseconds since the epoch. Default: this machine's clock. */
  readonly now?: () => number;
}

const defaultLimits: RancherLimits = { connectTimeoutMs: 5000, requestTimeoutMs: 30_000, retryBudgetMs: 10_000 };

/** A client for one Rancher. Connects with the first call; `close()` it. */
export function createRancherClient(access: RancherAccess, options: RancherClientOptions = {}): RancherClient {
  const contextFor = (name: string, server: string): ResolvedContext => ({
    context: name,
    file: `Rancher at ${access.url}`,
    server,
    ...(access.caData === undefined ? {} : { caData: access.caData }),
    insecureSkipTlsVerify: false,
    ...(access.proxyUrl === undefined ? {} : { proxyUrl: access.proxyUrl }),
    user: { name: "rancher", token: access.token },
    extensions: {},
  });
  const limits = { ...defaultLimits, ...options.limits };
  const requests = createRancherRequests(
    access,
    contextFor("rancher", access.url),
    limits,
    options.now ?? (() => Date.now()),
  );

  let version: string | undefined;
  const serverVersion = async (signal: AbortSignal): Promise<string> => {
    version ??= await readVersion(signal);
    return version;
  };
  async function readVersion(signal: AbortSignal): Promise<string> {
    const subject = "read the version";
    const found = (await readPublicVersion(subject, signal)) ?? (await readVersionSetting(subject, signal));
    if (found === undefined) {
      throw new RancherError({ kind: "not-rancher", url: access.url, subject, message: "the answer has no version" });
    }
    return found;
  }
  /** Undefined where something before Rancher keeps the page from the public. */
  async function readPublicVersion(subject: string, signal: AbortSignal): Promise<string | undefined> {
    try {
      const path = "/rancherversion";
      return textOf((await requests.send({ method: "GET", path, subject, authorized: false, signal })).body["Version"]);
    } catch (error) {
      if (error instanceof RancherError && [401, 403, 404].includes(error.status ?? 0)) {
        return undefined;
      }
      throw error;
    }
  }
  async function readVersionSetting(subject: string, signal: AbortSignal): Promise<string | undefined> {
    const path = "/v3/settings/server-version";
    return textOf((await requests.send({ method: "GET", path, subject, signal })).body["value"]);
  }

  const listClusters = async (signal: AbortSignal): Promise<readonly RancherCluster[]> => {
    const items = await collectPages(requests, { path: "/v3/clusters", subject: "list clusters", signal });
    return items
      .map(readCluster)
      .filter((one): one is RancherCluster => one !== undefined)
      .toSorted((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
  };
  const findCluster = async (idOrName: string, signal: AbortSignal): Promise<RancherCluster> =>
    pickCluster(await listClusters(signal), idOrName, access.url);

  const tokens: TokenPlace = { url: access.url, requests, serverVersion };
  const apps: AppPlace = {
    url: access.url,
    requests,
    clusterName: async (clusterId, signal) => (await findCluster(clusterId, signal)).name,
    pollMs: options.pollMs ?? 2000,
  };
  return {
    serverVersion,
    listClusters,
    findCluster,
    contextOf: (clusterId) => contextFor(clusterId, `${access.url}/k8s/clusters/${clusterId}`),
    createToken: async (wish, signal) => createToken(tokens, wish, signal),
    readToken: async (name, signal) => readToken(tokens, name, signal),
    listTokens: async (labels, signal) => listTokens(tokens, labels, signal),
    deleteToken: async (name, signal) => deleteToken(tokens, name, signal),
    async generateKubeconfig(clusterId, signal) {
      const subject = "generate a kubeconfig";
      const path = `/v3/clusters/${encodeURIComponent(clusterId)}?action=generateKubeconfig`;
      const { body } = await requests.send({ method: "POST", path, subject, clusterId, signal });
      const config = textOf(body["config"]);
      if (config === undefined) {
        throw new RancherError({
          kind: "not-rancher",
          url: access.url,
          subject,
          message: "the answer has no kubeconfig",
        });
      }
      return new Secret(config);
    },
    async acceptsServiceAccounts(clusterId, signal) {
      // ClusterProxyConfig came with 2.9: https://github.com/rancher/rancher, pkg/auth/requests/service_account.go.
      if (!isRancherAtLeast(await serverVersion(signal), "2.9")) {
        return false;
      }
      const { body } = await requests.send({
        method: "GET",
        path: `/k8s/clusters/local/apis/management.cattle.io/v3/namespaces/${encodeURIComponent(clusterId)}/clusterproxyconfigs`,
        subject: "read whether service accounts are let through",
        clusterId,
        signal,
      });
      const items: readonly unknown[] = Array.isArray(body["items"]) ? body["items"] : [];
      const [only] = items as readonly { readonly enabled?: unknown }[];
      return items.length === 1 && only?.enabled === true;
    },
    installApp: async (request, signal) => installApp(apps, request, signal),
    upgradeApp: async (request, signal) => upgradeApp(apps, request, signal),
    uninstallApp: async (app, signal) => uninstallApp(apps, app, signal),
    waitForOperation: async (operation, wait, signal) => waitForOperation(apps, operation, wait, signal),
    close: async () => requests.close(),
  };
}
