import type { Duplex } from "node:stream";
import type { KubeObject, Json } from "../core/model/kube-object.ts";
import type { ResolvedContext } from "./kubeconfig/resolve-context.ts";
import type { ObjectReference, ResourceKind } from "./object-reference.ts";

/** What every call takes: it ends at once, with the signal's reason, when the signal fires. */
export interface CallOptions {
  readonly signal: AbortSignal;
}

/** Which objects a list or a watch covers. Without `namespace`: those of the whole cluster. */
export interface ListQuery extends ResourceKind {
  readonly namespace?: string;
  /** Kubernetes label selector, `app=istiod,istio.io/rev!=canary`. */
  readonly labelSelector?: string;
  /** Kubernetes field selector, `metadata.name=istiod`. */
  readonly fieldSelector?: string;
}

export interface ApplyOptions extends CallOptions {
  /** True: the API server says what would come out, and stores nothing. Default false. */
  readonly dryRun?: boolean;
  /** True: takes fields over from other managers instead of failing with the conflicts. Default false. */
  readonly force?: boolean;
  /** Default `isthmus`. */
  readonly fieldManager?: string;
  /** The part of the object that has an address of its own: `ephemeralcontainers` of a pod that is there. */
  readonly subresource?: "ephemeralcontainers";
}

export interface CreateOptions extends CallOptions {
  /** True: the API server says what would come out, and stores nothing. Default false. */
  readonly dryRun?: boolean;
}

export interface PatchOptions extends CallOptions {
  readonly dryRun?: boolean;
  /** True: is sent at once, however many requests wait for their turn. Default false. */
  readonly urgent?: boolean;
  /** Default `isthmus`. */
  readonly fieldManager?: string;
}

export interface DeleteOptions extends CallOptions {
  /** Default `Background`. */
  readonly propagationPolicy?: "Foreground" | "Background" | "Orphan";
  /** Delete only when the object still has this UID; otherwise a KubeError of kind `conflict`. */
  readonly uid?: string;
  /** Delete only when the object is still at this resourceVersion. */
  readonly resourceVersion?: string;
  readonly dryRun?: boolean;
}

export interface WatchOptions extends CallOptions {
  /**
   * Where to go on after an earlier read; without it the watch begins with a
   * list. When the API server no longer knows that version, a list comes.
   */
  readonly resourceVersion?: string;
}

/**
 * `listed` is the whole state: what was known before and is not in it is gone.
 * It comes first (unless the watch was started at a resourceVersion) and again
 * whenever the API server forgot where the watch stood.
 */
export type WatchEvent =
  | { readonly type: "listed"; readonly objects: readonly KubeObject[] }
  | { readonly type: "added" | "modified" | "deleted"; readonly object: KubeObject };

/** Answer of `/version`. `gitVersion` is for example `v1.36.3+rke2r1`. */
export interface ServerVersion {
  readonly gitVersion: string;
  readonly major: string;
  readonly minor: string;
  readonly platform: string;
}

/** What an API server serves, each kind once. */
export interface ServedKinds {
  /** In the version that its group prefers. */
  readonly kinds: readonly ResourceKind[];
  /** Group versions that could not be asked (`metrics.k8s.io/v1beta1`): mostly the server behind an aggregated API is away. */
  readonly unread: readonly string[];
}

/** Names one pod. */
export interface PodReference {
  readonly namespace: string;
  readonly pod: string;
}

/** A port that a pod listens on. */
export interface PodPort extends PodReference {
  readonly port: number;
}

/** A port of a node, at which one of its own programs listens. */
export interface NodePort {
  readonly node: string;
  readonly port: number;
}

export interface PodHttpGetOptions extends CallOptions {
  /** For the whole exchange, tunnel included. Default 10 s. */
  readonly timeoutMs?: number;
}

export interface PodLogOptions extends CallOptions {
  /** Needed where the pod has several containers. */
  readonly container?: string;
  /** How many of the newest lines. */
  readonly tailLines: number;
  /** True: of the container that ran before the present one. Default false. */
  readonly previous?: boolean;
}

export interface PodHttpResponse {
  readonly status: number;
  readonly body: string;
}

/**
 * One cluster's API server, as one set of keep-alive connections.
 *
 * All calls reject with a `KubeError` when the cluster or the way to it is the
 * cause, and with the signal's reason when the signal fired. Requests are
 * repeated on broken connections, 429 and 5xx within a bounded budget; every
 * verb here may be repeated safely.
 *
 * `data` and `stringData` of a `v1 Secret` are `Secret` values holding what is
 * on the wire (base64 in `data`), read or written.
 */
export interface KubeClient {
  /** The cluster's name in the mesh file, for messages. */
  readonly cluster: string;
  /** The address that requests go to, as in the kubeconfig. */
  readonly server: string;

  /** The object, or undefined where it (or its kind) is not there. */
  get(reference: ObjectReference, options: CallOptions): Promise<KubeObject | undefined>;

  /** All objects of the query, in the API server's order. KubeError of kind `no-such-kind` where the kind is unknown. */
  list(query: ListQuery, options: CallOptions): Promise<readonly KubeObject[]>;

  /**
   * As `list`, of each object only apiVersion, kind and metadata: what makes an object large is not
   * sent (PartialObjectMetadata, https://kubernetes.io/docs/reference/using-api/api-concepts/#metadata-only-fetches).
   * Something between that does not know this may let whole objects come.
   */
  listMetadata(query: ListQuery, options: CallOptions): Promise<readonly KubeObject[]>;

  /**
   * Server-side apply with strict field validation. Gives the object as it is
   * (or with `dryRun` would be) afterwards. Fields that other managers own and
   * that differ: KubeError of kind `conflict` with `conflicts`.
   */
  apply(object: KubeObject, options: ApplyOptions): Promise<KubeObject>;

  /**
   * A new object; KubeError of kind `conflict` with reason `AlreadyExists` where
   * there is one, which after a broken connection may be the one that this call made.
   */
  create(object: KubeObject, options: CreateOptions): Promise<KubeObject>;

  /**
   * JSON merge patch (RFC 7386). Gives the object afterwards; KubeError of kind
   * `not-found` where there is none. With `metadata.resourceVersion` in the patch:
   * of kind `conflict` when the object is no longer at it.
   */
  patchMerge(
    reference: ObjectReference,
    patch: { readonly [key: string]: Json },
    options: PatchOptions,
  ): Promise<KubeObject>;

  /** `deleting` = accepted (finalizers may still run), `gone` = it was not there. */
  delete(reference: ObjectReference, options: DeleteOptions): Promise<"deleting" | "gone">;

  /** Changes as they happen, for ever: goes on by itself after lost connections. Ends with the signal's reason or a KubeError. */
  watch(query: ListQuery, options: WatchOptions): AsyncIterable<WatchEvent>;

  /** True when the API server serves the kind in that version (a CRD's kind: when it is established). */
  hasKind(kind: ResourceKind, options: CallOptions): Promise<boolean>;

  /** The versions of all groups that the API server serves right now (`apps/v1`), without the core group's. */
  groupVersions(options: CallOptions): Promise<ReadonlySet<string>>;

  /** Every kind whose objects can be listed and deleted. */
  listKinds(options: CallOptions): Promise<ServedKinds>;

  /** Waits at most 10 s for the answer, so it tells soon of a server that accepts connections and never answers. */
  version(options: CallOptions): Promise<ServerVersion>;

  /** The configuration with which a node's kubelet runs; waits 5 s at most, and KubeError where it may not be asked. */
  kubeletConfig(node: string, options: CallOptions): Promise<Readonly<Record<string, Json>>>;

  /** What a program answers to one `GET` of a node's port; KubeError `unreachable` where it gives none within `timeoutMs`. Where the API server does not reach it the status is 502 or 503. */
  nodeHttpGet(
    target: NodePort,
    path: string,
    options: CallOptions & { readonly timeoutMs: number },
  ): Promise<PodHttpResponse>;

  /** Whether a service account may do something, by the API server's own judgement; KubeError where this account may not ask that. */
  mayDo(question: AccessQuestion, options: CallOptions): Promise<boolean>;

  /** Milliseconds of one small authenticated request. */
  ping(options: CallOptions): Promise<number>;

  /** One `GET` of HTTP/1.1 to a port of a pod (Envoy's admin port, istiod's debug port). One tunnel serves all requests to a port, one after the other; a broken one is opened once more. */
  podHttpGet(target: PodPort, path: string, options: PodHttpGetOptions): Promise<PodHttpResponse>;

  /** A port of a pod as a stream of bytes, of its own for each call. There is no half-close: ending the writing side ends it. */
  podForward(target: PodPort, options: CallOptions): Promise<Duplex>;

  /** The newest lines of a container's log, 16 MiB at most. KubeError of kind `invalid` where there is no such container, or no previous one. */
  podLog(pod: PodReference, options: PodLogOptions): Promise<string>;

  /** Ends all connections; calls under way fail. May be called twice. */
  close(): Promise<void>;
}

/** What a service account would do, in the words of RBAC. */
export interface AccessQuestion {
  readonly account: { readonly namespace: string; readonly name: string };
  /** `list` */
  readonly verb: string;
  /** Empty for the core group. */
  readonly group: string;
  /** Plural: `pods`. */
  readonly resource: string;
  /** The namespace in which; left out for everywhere. */
  readonly within?: string;
}

/** Bounds of one client. Times are in milliseconds. */
export interface KubeLimits {
  /** Requests at a time, watches and tunnels not counted. Default 24. */
  readonly concurrency: number;
  /** Requests at a time while the server answers at once; each has a connection, so that a TLS handshake is saved with every one less. Default 6. */
  readonly concurrencyAtFirst: number;
  /** Default 5000. */
  readonly connectTimeoutMs: number;
  /** From sending a request to its answer. Default 30000. */
  readonly requestTimeoutMs: number;
  /** How long one call may go on repeating itself. Default 10000. */
  readonly retryBudgetMs: number;
}

export interface KubeClientOptions {
  /** The cluster's name in the mesh file. */
  readonly cluster: string;
  readonly context: ResolvedContext;
  readonly limits?: Partial<KubeLimits>;
}
