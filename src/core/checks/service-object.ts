import type { ObjectId } from "../model/kube-object.ts";

/** The Service that facts name as `namespace/name`. */
export function serviceObject(service: string): ObjectId & { readonly namespace: string } {
  const [namespace = "", name = ""] = service.split("/");
  return { group: "", kind: "Service", namespace, name };
}
