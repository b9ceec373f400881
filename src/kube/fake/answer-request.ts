import { listWellKnown, wellKnownGroups } from "../resource-paths.ts";
import type { ObjectRequest } from "./answer-object.ts";
import { answerObject, createObject } from "./answer-object.ts";
import type { FakeAnswer, FakeRequest, FakeState } from "./fake-request.ts";
import { answer } from "./fake-request.ts";
import type { WireObject } from "./fake-store.ts";
import { statusBody } from "./status-body.ts";

const notServed = answer(404, statusBody(404, "NotFound", "the server could not find the requested resource"));

/** Answers one request out of the store. */
export function answerRequest(request: FakeRequest, state: FakeState): FakeAnswer {
  const { pathname } = request.url;
  if (pathname === "/version") {
    return answer(200, {
      major: "1",
      minor: "36",
      gitVersion: "v1.36.3-fake",
      platform: "fake/fake",
    });
  }
  if (pathname === "/apis") {
    const versions = [...wellKnownGroups.map((name) => `${name}/v1`), ...state.kinds.map((one) => one.apiVersion)];
    return answer(200, {
      kind: "APIGroupList",
      groups: [...new Set(versions.filter((one) => one.includes("/")))].map((groupVersion) => ({
        name: groupVersion.split("/")[0],
        versions: [{ groupVersion, version: groupVersion.split("/")[1] }],
        preferredVersion: { groupVersion, version: groupVersion.split("/")[1] },
      })),
    });
  }
  if (pathname === "/apis/authorization.k8s.io/v1/subjectaccessreviews") {
    return answerReview(request, state);
  }
  const [, node] = /^\/api\/v1\/nodes\/([^/]+)\/proxy\/configz$/.exec(pathname) ?? [];
  return node === undefined ? answerGroup(request, state) : answerKubelet(decodeURIComponent(node), state);
}

function answerReview({ body }: FakeRequest, { mayDo = () => true }: FakeState): FakeAnswer {
  const { spec } = JSON.parse(body) as {
    readonly spec: { readonly user: string; readonly resourceAttributes: Readonly<Record<string, string>> };
  };
  return answer(201, { status: { allowed: mayDo(spec.resourceAttributes, spec.user) } });
}

/** What a kubelet says through the API server, of the field `kubeletconfig` that a test gives its node; one without it does not answer. */
function answerKubelet(name: string, { store }: FakeState): FakeAnswer {
  const node = store.find({ apiVersion: "v1", kind: "Node" }, undefined, name);
  const kubeletconfig = node?.["kubeletconfig"];
  return kubeletconfig === undefined
    ? answer(503, statusBody(503, "ServiceUnavailable", `error trying to reach the kubelet of ${name}`))
    : answer(200, { kubeletconfig });
}

/** What is below `/api/v1` or `/apis/<group>/<version>`. */
function answerGroup(request: FakeRequest, state: FakeState): FakeAnswer {
  const group = /^\/(?:api|apis\/([^/]+))\/([^/]+)(\/.*)?$/.exec(request.url.pathname);
  const apiVersion = group === null ? "" : group[1] === undefined ? (group[2] ?? "") : `${group[1]}/${group[2]}`;
  const served = [...listWellKnown(apiVersion), ...state.kinds.filter((one) => one.apiVersion === apiVersion)];
  if (served.length === 0) {
    return answer(404, "404 page not found");
  }
  if (group?.[3] === undefined) {
    const resources = served.map(({ plural, kind, namespaced }) => ({
      name: plural,
      kind,
      namespaced,
      verbs: ["get", "list", "delete"],
    }));
    return answer(200, { kind: "APIResourceList", groupVersion: apiVersion, resources });
  }
  const target = /^(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?(?:\/(?:portforward|ephemeralcontainers))?$/.exec(
    group[3],
  );
  const [, namespace, plural, name] = target ?? [];
  const kind = served.find((one) => one.plural === plural);
  if (kind === undefined) {
    return notServed;
  }
  const asked = { ...request, kind, namespace };
  if (name !== undefined) {
    return answerObject({ ...asked, name: decodeURIComponent(name) }, state);
  }
  return request.method === "POST" ? createObject(asked, state) : answerCollection(asked, state);
}

function answerCollection(
  { url, kind, namespace, accept }: Omit<ObjectRequest, "name">,
  { store }: FakeState,
): FakeAnswer {
  const selects = (object: WireObject): boolean =>
    object.apiVersion === kind.apiVersion &&
    object.kind === kind.kind &&
    (namespace === undefined || object.metadata.namespace === namespace) &&
    matchesSelectors(object, url.searchParams);
  if (url.searchParams.get("watch") === "true") {
    const since = Number(url.searchParams.get("resourceVersion"));
    return {
      kind: "watch",
      since,
      bookmarks: url.searchParams.get("allowWatchBookmarks") === "true",
      selects,
    };
  }
  const all = store.list(kind, namespace).filter(selects);
  const start = Number(url.searchParams.get("continue") ?? "0");
  const limit = Number(url.searchParams.get("limit") ?? all.length);
  const partial = accept.includes("as=PartialObjectMetadataList");
  const items = all
    .slice(start, start + limit)
    .map(({ apiVersion: _apiVersion, kind: _kind, ...rest }) =>
      partial ? { apiVersion: "meta.k8s.io/v1", kind: "PartialObjectMetadata", metadata: { ...rest.metadata } } : rest,
    );
  const more = start + limit < all.length ? { continue: String(start + limit) } : {};
  return answer(200, {
    apiVersion: partial ? "meta.k8s.io/v1" : kind.apiVersion,
    kind: partial ? "PartialObjectMetadataList" : `${kind.kind}List`,
    metadata: { resourceVersion: String(store.revision()), ...more },
    items,
  });
}

/** Labels that are there or equal, `metadata.name` and other fields by path; no sets, no inequality. */
function matchesSelectors(object: WireObject, parameters: URLSearchParams): boolean {
  const labels = (object.metadata["labels"] ?? {}) as Readonly<Record<string, unknown>>;
  const pairs = (text: string | null): readonly (readonly [string, string | undefined])[] =>
    (text ?? "")
      .split(",")
      .filter((part) => part !== "")
      .map((part) => [part.split("=")[0] ?? "", part.split("=")[1]]);
  const valueAt = (path: string): unknown =>
    path.split(".").reduce<unknown>((at, key) => (at as Readonly<Record<string, unknown>> | undefined)?.[key], object);
  return (
    pairs(parameters.get("labelSelector")).every(([key, value]) =>
      value === undefined ? labels[key] !== undefined : labels[key] === value,
    ) && pairs(parameters.get("fieldSelector")).every(([path, value]) => valueAt(path) === value)
  );
}
