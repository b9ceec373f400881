import type { Secret } from "../../core/secret.ts";
import type { ResolvedContext } from "../../kube/kubeconfig/resolve-context.ts";
import type { AppOperation, AppPlace, AppRequest, OperationWait } from "./apps.ts";
import { installApp, uninstallApp, upgradeApp, waitForOperation } from "./apps.ts";
import type { RancherCluster } from "./clusters.ts";
import { findCluster, listClusters } from "./clusters.ts";
import { generateKubeconfig } from "./generate-kubeconfig.ts";
import { contextOfCluster } from "./rancher-context.ts";
import type { RancherLimits } from "./rancher-requests.ts";
import { createRancherRequests } from "./rancher-requests.ts";
import { createRancherServer } from "./rancher-server.ts";
import type { RancherAccess } from "./read-access.ts";
import { acceptsServiceAccounts } from "./service-account-access.ts";
import type { RancherToken, TokenFacts, TokenWish } from "./token-facts.ts";
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
  const { pollMs = 2000, now = (): number => Date.now() } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const requests = createRancherRequests(access, limits, now);
  const server = createRancherServer(access.url, requests);
  const apps: AppPlace = {
    url: access.url,
    requests,
    clusterName: async (clusterId, signal) => (await findCluster(server, clusterId, signal)).name,
    pollMs,
  };
  return {
    serverVersion: async (signal) => server.version(signal),
    listClusters: async (signal) => listClusters(server, signal),
    findCluster: async (idOrName, signal) => findCluster(server, idOrName, signal),
    contextOf: (clusterId) => contextOfCluster(access, clusterId),
    createToken: async (wish, signal) => createToken(server, wish, signal),
    readToken: async (name, signal) => readToken(server, name, signal),
    listTokens: async (labels, signal) => listTokens(server, labels, signal),
    deleteToken: async (name, signal) => deleteToken(server, name, signal),
    generateKubeconfig: async (clusterId, signal) => generateKubeconfig(server, clusterId, signal),
    acceptsServiceAccounts: async (clusterId, signal) => acceptsServiceAccounts(server, clusterId, signal),
    installApp: async (request, signal) => installApp(apps, request, signal),
    upgradeApp: async (request, signal) => upgradeApp(apps, request, signal),
    uninstallApp: async (app, signal) => uninstallApp(apps, app, signal),
    waitForOperation: async (operation, wait, signal) => waitForOperation(apps, operation, wait, signal),
    close: async () => requests.close(),
  };
}
