import type { KubeObject, ObjectId } from "../model/kube-object.ts";
import { idOf } from "../model/kube-object.ts";
import { isCatalogApp } from "../render/rancher-app.ts";
import type { PlacedObject } from "../render/place-objects.ts";
import { remoteOf } from "../render/remote-secret.ts";
import { isUnknownText } from "../render/unknown.ts";

/** What of a part no file may carry, by what makes it. */
export interface LeftOut {
  /** True when istiod's intermediate is left out. */
  readonly cacerts: boolean;
  /** The clusters whose credentials are left out. */
  readonly remotes: readonly string[];
  /** Secrets of the services' own manifests. */
  readonly others: readonly ObjectId[];
  /** Apps of Rancher's catalog, which Rancher installs and nobody applies. */
  readonly apps: readonly ObjectId[];
  /** Annotations of objects that are in the files, whose values only a running mesh has. */
  readonly annotations: readonly { readonly id: ObjectId; readonly name: string }[];
}

/**
 * What may stand in a file: no Secret with data, and no value that only an
 * apply knows. A Secret without data (a token that Kubernetes fills in) holds none, and stays.
 */
export function leaveOut(objects: readonly PlacedObject[]): {
  readonly kept: readonly PlacedObject[];
  readonly leftOut: LeftOut;
} {
  const secrets = objects.filter((placed) => holdsData(placed.object));
  const apps = objects.filter((placed) => isCatalogApp(placed.object));
  const rest = objects.filter((placed) => !secrets.includes(placed) && !apps.includes(placed));
  return {
    kept: rest.map((placed) => ({ ...placed, object: withoutUnknown(placed.object) })),
    leftOut: {
      cacerts: secrets.some((placed) => placed.wave === "cacerts"),
      remotes: secrets.flatMap((placed) => (placed.wave === "join" ? (remoteOf(placed.object) ?? []) : [])),
      others: secrets
        .filter((placed) => placed.wave !== "cacerts" && placed.wave !== "join")
        .map((placed) => idOf(placed.object)),
      apps: apps.map((placed) => idOf(placed.object)),
      annotations: rest.flatMap(({ object }) => unknownAnnotations(object).map((name) => ({ id: idOf(object), name }))),
    },
  };
}

function holdsData(object: KubeObject): boolean {
  const { data, stringData } = object as { readonly data?: object; readonly stringData?: object };
  return object.kind === "Secret" && Object.keys({ ...data, ...stringData }).length > 0;
}

function unknownAnnotations(object: KubeObject): readonly string[] {
  return Object.entries(object.metadata.annotations ?? {})
    .filter(([, value]) => isUnknownText(value))
    .map(([name]) => name);
}

function withoutUnknown(object: KubeObject): KubeObject {
  const unknown = unknownAnnotations(object);
  if (unknown.length === 0) {
    return object;
  }
  const { annotations, ...metadata } = object.metadata;
  const known = Object.entries(annotations ?? {}).filter(([name]) => !unknown.includes(name));
  return {
    ...object,
    metadata: { ...metadata, ...(known.length === 0 ? {} : { annotations: Object.fromEntries(known) }) },
  };
}
