import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { CertificateVerdict } from "../../core/decide/certificate-renewal.ts";
import { lackOf } from "../../core/decide/certificate-renewal.ts";
import { compareText } from "../../core/render/order.ts";
import { meshAt } from "../../core/routing/routes-at.ts";
import { inspectCertificate } from "../../pki/inspect.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import type { OpenMesh } from "../clusters/open-mesh.ts";
import type { Holding, Unread } from "../front-door/held-certificates.ts";
import { readHoldings } from "../front-door/held-certificates.ts";
import type { CertificateDecision } from "../front-door/plan-certificates.ts";
import { planCertificates } from "../front-door/plan-certificates.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { AccessOptions, RunOptions } from "../options.ts";
import type { TrustPlan } from "../trust/plan-trust.ts";
import { planTrust } from "../trust/plan-trust.ts";

/** What one cluster signs its workloads' certificates with. */
export interface AuthorityStatus {
  readonly cluster: string;
  readonly subject: string;
  readonly issuer: string;
  /** Hex, as OpenSSL writes it. */
  readonly serial: string;
  readonly notAfter: Date;
  /** What an apply does about it, and why: `keep`, `issue` or `refuse`; absent where isthmus does not install Istio. */
  readonly verdict?: TrustPlan["verdicts"][string];
}

/** What one cluster holds in the Secret of a certificate. */
export interface HeldStatus {
  readonly cluster: string;
  /** Absent where there is none that can be read. */
  readonly serial?: string;
  readonly notAfter?: Date;
  /** Why it is not what the mesh file asks; absent where it is. */
  readonly lack?: string;
  /** Why it is not known what the cluster holds. */
  readonly unknown?: string;
}

/** A certificate that routes of the mesh show. */
export interface FrontDoorStatus {
  readonly name: string;
  readonly secretName: string;
  /** The hosts of its routes. */
  readonly names: readonly string[];
  /** Who issues it: isthmus, cert-manager by an issuer of the mesh file, or somebody else. */
  readonly by: "isthmus" | "cert-manager" | "others";
  /** The name in spec.issuers, where it has one. */
  readonly issuer?: string;
  readonly held: readonly HeldStatus[];
  /** What the next apply does; of those that isthmus orders. */
  readonly verdict?: CertificateVerdict;
}

export interface CertsStatus {
  readonly mesh: string;
  readonly authorities: readonly AuthorityStatus[];
  readonly frontDoors: readonly FrontDoorStatus[];
  /** Clusters that do not answer, by their diagnostics. */
  readonly unreachable: readonly { readonly cluster: string; readonly diagnostic: Diagnostic }[];
  readonly warnings: readonly Diagnostic[];
}

/** What clusters hold and an apply would do, by connections that are open. */
export async function certsStatusOf(
  meshFile: MeshFile,
  { connections }: Pick<OpenMesh, "connections">,
  options: Pick<RunOptions, "now" | "signal"> & Pick<AccessOptions, "env">,
): Promise<CertsStatus> {
  const { mesh } = meshFile;
  const connected = connections.filter((one) => one.kind === "connected");
  const [trust, { decisions, warnings }] = await Promise.all([
    planTrust(meshFile, connected, options),
    planCertificates(meshFile, connected, { ...options, askWhenToRenew: true }),
  ]);
  const answering = new Set(connected.map(({ cluster }) => cluster.name));
  const own = decisions.map((one) => ownStatus(one, answering, options.now()));
  const others = await otherFrontDoors(meshFile, connected, new Set(own.map(({ secretName }) => secretName)), options);
  return {
    mesh: mesh.name,
    authorities: connected.flatMap((one) => authorityStatus(one, trust)),
    frontDoors: [...own, ...others],
    unreachable: connections.flatMap((one) =>
      one.kind === "unreachable" ? [{ cluster: one.cluster.name, diagnostic: one.diagnostic }] : [],
    ),
    warnings,
  };
}

function authorityStatus({ cluster, facts }: Connected, { verdicts }: TrustPlan): readonly AuthorityStatus[] {
  if (facts.authority === undefined) {
    return [];
  }
  try {
    const { subject, issuer, serial, notAfter } = inspectCertificate(facts.authority.caCert);
    const verdict = verdicts[cluster.name];
    return [
      { cluster: cluster.name, subject, issuer, serial, notAfter, ...(verdict === undefined ? {} : { verdict }) },
    ];
  } catch {
    // `check` says what is wrong with a Secret that holds no certificate.
    return [];
  }
}

function ownStatus(
  { wanted, holdings, unread, verdict }: CertificateDecision,
  answering: ReadonlySet<string>,
  now: number,
): FrontDoorStatus {
  const { name, secretName, names, issuer, settings } = wanted;
  const asked = { names, server: settings.server, keyType: settings.keyType };
  return {
    name,
    secretName,
    names,
    by: "isthmus",
    issuer,
    held: [
      ...holdings.map((one) =>
        heldStatus(
          one,
          lackOf(one.held, {
            wanted: { ...asked, ...(settings.profile === undefined ? {} : { profile: settings.profile }) },
            now,
          }),
        ),
      ),
      ...unknownStatus(wanted.clusters, answering, unread),
    ],
    verdict,
  };
}

function heldStatus({ held }: Holding, lack: string | undefined): HeldStatus {
  return {
    cluster: held.cluster,
    ...(held.kind === "present" ? { serial: held.serial, notAfter: new Date(held.notAfter) } : {}),
    ...(lack === undefined ? {} : { lack }),
  };
}

/** Clusters that do not answer, and those that do and have not said what they hold. */
function unknownStatus(
  clusters: readonly string[],
  answering: ReadonlySet<string>,
  unread: readonly Unread[],
): readonly HeldStatus[] {
  return [
    ...unread.map(({ cluster, diagnostic }) => ({ cluster, unknown: diagnostic.summary })),
    ...clusters.filter((name) => !answering.has(name)).map((cluster) => ({ cluster, unknown: "it does not answer" })),
  ];
}

/** The Secrets of routes that cert-manager fills, or whoever has their certificates. */
async function otherFrontDoors(
  { mesh }: MeshFile,
  connected: readonly Connected[],
  own: ReadonlySet<string>,
  { now, signal }: Pick<RunOptions, "now" | "signal">,
): Promise<readonly FrontDoorStatus[]> {
  const routes = mesh.services.flatMap((service) => service.routes);
  const secrets = [...new Set(routes.flatMap(({ tls }) => tls?.secretName ?? []))].filter((name) => !own.has(name));
  return Promise.all(
    secrets.map(async (secretName): Promise<FrontDoorStatus> => {
      const showing = routes.filter(({ tls }) => tls?.secretName === secretName);
      const issuer = showing.map(({ tls }) => tls?.issuer).find((name) => name !== undefined);
      const names = [...new Set(showing.flatMap(({ hosts }) => hosts.map((host) => host.toLowerCase())))];
      const showingIt = mesh.clusters
        .filter((cluster) =>
          meshAt(mesh, cluster).services.some((service) =>
            service.routes.some(({ tls }) => tls?.secretName === secretName),
          ),
        )
        .map(({ name }) => name);
      const holders = connected.filter(({ cluster }) => showingIt.includes(cluster.name));
      const { holdings, unread } = await readHoldings(holders, { secretName }, signal);
      return {
        name: secretName,
        secretName,
        names: names.toSorted(compareText),
        by: issuer === undefined ? "others" : "cert-manager",
        ...(issuer === undefined ? {} : { issuer }),
        held: [
          ...holdings.map((one) => heldStatus(one, foreignLack(one, now()))),
          ...unknownStatus(showingIt, new Set(connected.map(({ cluster }) => cluster.name)), unread),
        ],
      };
    }),
  );
}

function foreignLack({ held }: Holding, now: number): string | undefined {
  if (held.kind !== "present") {
    return held.kind === "absent" ? "it holds none" : "its Secret holds no certificate that can be read";
  }
  const { names, keyType, server = "" } = held;
  // Whatever names and kind of key it has is its owner's choice; check says whether they fit the routes.
  return lackOf({ ...held, server }, { wanted: { names, keyType, server }, now });
}
