import type { KubeObject } from "../model/kube-object.ts";
import type { Authority, IssuedCertificate, Materials, RemoteCredential } from "./materials.ts";

/**
 * What an object waits for that only an apply makes or finds out, and how it
 * is filled in: `fillIn` gives the whole object, without `unknown` values.
 */
export type KnownAfterApply =
  /** The intermediate that its cluster's istiod signs with. */
  | { readonly needs: "cacerts"; readonly fillIn: (authority: Authority) => KubeObject }
  /** The way in to another cluster. */
  | {
      readonly needs: "credential";
      readonly remote: string;
      readonly fillIn: (credential: RemoteCredential) => KubeObject;
    }
  /** A certificate of a front door, which is ordered once for all clusters. */
  | {
      readonly needs: "certificate";
      readonly secretName: string;
      readonly fillIn: (issued: IssuedCertificate) => KubeObject;
    }
  /** The addresses of the ingress gateways, beside those that were `known` when it was rendered. */
  | {
      readonly needs: "ingress-addresses";
      readonly known: IngressAddresses;
      readonly fillIn: (addresses: IngressAddresses) => KubeObject;
      /**
       * The object with the addresses that a live one has and those that are known, for while some cluster does not say its
       * own; undefined where the live one has none. Left out for an object that is nothing beside addresses.
       */
      readonly keep?: (live: KubeObject) => KubeObject | undefined;
    };

type IngressAddresses = Materials["ingressAddresses"];

/** An object as it is rendered: whole, or with what it waits for. */
export interface Rendered {
  readonly object: KubeObject;
  readonly knownAfterApply?: KnownAfterApply;
}

/** The same with every object that is filled in changed alike. */
export function mapFilled(one: KnownAfterApply, change: (object: KubeObject) => KubeObject): KnownAfterApply {
  switch (one.needs) {
    case "cacerts":
      return { ...one, fillIn: (authority: Authority) => change(one.fillIn(authority)) };
    case "credential":
      return { ...one, fillIn: (credential: RemoteCredential) => change(one.fillIn(credential)) };
    case "certificate":
      return { ...one, fillIn: (issued: IssuedCertificate) => change(one.fillIn(issued)) };
    case "ingress-addresses":
      return {
        ...one,
        fillIn: (addresses: IngressAddresses) => change(one.fillIn(addresses)),
        ...mapKept(one, change),
      };
  }
}

function mapKept(
  { keep }: Extract<KnownAfterApply, { readonly needs: "ingress-addresses" }>,
  change: (object: KubeObject) => KubeObject,
): Pick<Extract<KnownAfterApply, { readonly needs: "ingress-addresses" }>, "keep"> {
  return keep === undefined
    ? {}
    : {
        keep: (live) => {
          const kept = keep(live);
          return kept === undefined ? undefined : change(kept);
        },
      };
}
