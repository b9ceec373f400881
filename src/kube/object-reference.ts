import type { KubeObject, ObjectId } from "../core/model/kube-object.ts";
import { groupOf } from "../core/model/kube-object.ts";

/** A kind in one served version: `networking.istio.io/v1` `VirtualService`. */
export interface ResourceKind {
  readonly apiVersion: string;
  readonly kind: string;
}

/** Names one object for a request; unlike `ObjectId` it says in which version to speak. */
export interface ObjectReference extends ResourceKind {
  readonly namespace?: string;
  readonly name: string;
}

/** The reference of an object at hand. */
export function referenceOf(object: KubeObject): ObjectReference {
  const { name, namespace } = object.metadata;
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
  };
}

/** The identity behind a reference. */
export function objectIdOf(reference: ObjectReference): ObjectId {
  const { apiVersion, kind, namespace, name } = reference;
  return {
    group: groupOf(apiVersion),
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
  };
}
