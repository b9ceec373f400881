import { Buffer } from "node:buffer";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { HeldCertificate } from "../../core/decide/certificate-renewal.ts";
import type { OwnCertificate } from "../../core/front-door/own-certificates.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { acmeAnnotations } from "../../core/render/front-door-secret.ts";
import type { IssuedCertificate } from "../../core/render/materials.ts";
import { istioNamespace } from "../../core/render/names.ts";
import { Secret } from "../../core/secret.ts";
import type { KubeClient } from "../../kube/client.ts";
import { diagnoseKubeError } from "../../kube/diagnose.ts";
import { KubeError } from "../../kube/errors.ts";
import type { FrontDoorCertificate } from "../../pki/front-door-certificate.ts";
import { inspectFrontDoor } from "../../pki/front-door-certificate.ts";

/** What one cluster holds for one certificate: for decisions, and the thing itself where it can be read. */
export interface Holding {
  readonly held: HeldCertificate;
  readonly issued?: IssuedCertificate;
  readonly certificate?: FrontDoorCertificate;
}

/** What a cluster holds in the Secret of a certificate that isthmus orders. */
async function readHolding(
  { cluster, client }: { readonly cluster: { readonly name: string }; readonly client: KubeClient },
  { secretName }: Pick<OwnCertificate, "secretName">,
  signal: AbortSignal,
): Promise<Holding> {
  const reference = { apiVersion: "v1", kind: "Secret", namespace: istioNamespace, name: secretName };
  return holdingOf(cluster.name, await client.get(reference, { signal }));
}

/** A cluster that answers and has not said what it holds, with why. */
export interface Unread {
  readonly cluster: string;
  readonly diagnostic: Diagnostic;
}

/** What clusters hold, and which of them have not said it. */
export interface Holdings {
  readonly holdings: readonly Holding[];
  readonly unread: readonly Unread[];
}

/** What these clusters hold, read side by side. */
export async function readHoldings(
  holders: readonly Parameters<typeof readHolding>[0][],
  wanted: Pick<OwnCertificate, "secretName">,
  signal: AbortSignal,
): Promise<Holdings> {
  const all = await Promise.all(
    holders.map(async (one): Promise<Holding | Unread> => {
      try {
        return await readHolding(one, wanted, signal);
      } catch (error) {
        if (!(error instanceof KubeError)) {
          throw error;
        }
        return { cluster: one.cluster.name, diagnostic: await diagnoseKubeError(error, one.cluster.name) };
      }
    }),
  );
  return {
    holdings: all.filter((one) => "held" in one),
    unread: all.filter((one) => "diagnostic" in one),
  };
}

function holdingOf(cluster: string, secret: KubeObject | undefined): Holding {
  if (secret === undefined) {
    return { held: { cluster, kind: "absent" } };
  }
  const data = (secret["data"] ?? {}) as Readonly<Record<string, Secret>>;
  const [chain, key] = [decode(data["tls.crt"]), new Secret(decode(data["tls.key"]))];
  const certificate = inspectFrontDoor(chain, key);
  if (certificate === undefined) {
    return { held: { cluster, kind: "unreadable" } };
  }
  const { annotations = {} } = secret.metadata;
  const [server, profile] = [annotations[acmeAnnotations.server], annotations[acmeAnnotations.profile]];
  const { names, notBefore, notAfter, serial, keyType, flaw } = certificate;
  const common = profile === undefined ? {} : { profile };
  return {
    held: {
      cluster,
      kind: "present",
      names,
      notBefore,
      notAfter,
      serial,
      keyType,
      ...common,
      ...(flaw === undefined ? {} : { flaw }),
      ...(server === undefined ? {} : { server }),
    },
    issued: { chain, key, server: server ?? "", ...common },
    certificate,
  };
}

function decode(value: Secret | undefined): string {
  return Buffer.from(value?.expose() ?? "", "base64").toString("utf8");
}
