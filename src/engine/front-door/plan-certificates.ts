import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { warningOf } from "../../core/diagnostics/coded.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { CertificateVerdict, SuggestedWindow } from "../../core/decide/certificate-renewal.ts";
import { decideCertificate } from "../../core/decide/certificate-renewal.ts";
import type { OwnCertificate } from "../../core/front-door/own-certificates.ts";
import { ownCertificates } from "../../core/front-door/own-certificates.ts";
import type { PlannedCertificate } from "../../core/plan/plan.ts";
import type { IssuedCertificate, Materials } from "../../core/render/materials.ts";
import { AcmeError } from "../../providers/acme/acme-error.ts";
import type { AcmeClient } from "../../providers/acme/client.ts";
import { createAcmeClient } from "../../providers/acme/client.ts";
import { renewalId } from "../../providers/acme/renewal-info.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { AccessOptions, RunOptions } from "../options.ts";
import { startSlowTask } from "../progress/slow-task.ts";
import type { Holding, Holdings, Unread } from "./held-certificates.ts";
import { readHoldings } from "./held-certificates.ts";
import { readIssuer } from "./issuer-access.ts";

/** A certificate that isthmus orders, what the clusters hold for it, and what is to be done. */
export interface CertificateDecision {
  readonly wanted: OwnCertificate;
  /** Of the clusters that answer and are to show it. */
  readonly holdings: readonly Holding[];
  /** Of those the ones that have not said what they hold. */
  readonly unread: readonly Unread[];
  readonly verdict: CertificateVerdict;
  /** The valid one that a cluster holds: what all are to have, or go on with where an order fails. */
  readonly current?: IssuedCertificate;
  /** What a new one replaces, by its name in renewal information. */
  readonly replaces?: string;
}

export interface CertificatePlan {
  readonly decisions: readonly CertificateDecision[];
  readonly warnings: readonly Diagnostic[];
}

export interface CertificateOptions
  extends Pick<AccessOptions, "env">, Pick<RunOptions, "now" | "signal">, Partial<Pick<RunOptions, "onEvent">> {
  /** Whether ACME servers are asked when they want their certificates renewed. Default: nobody but the clusters is asked. */
  readonly askWhenToRenew?: boolean;
  /** Names of certificates that are ordered whatever there is. */
  readonly forced?: readonly string[];
}

/** How long an authority is waited for where its answer only helps. */
const renewalInfoMs = 10_000;

/**
 * Decides for every certificate that isthmus orders whether that is to be done
 * now. What the clusters hold is the state: whoever opens the mesh, from
 * whichever machine, decides alike. Places no order.
 */
export async function planCertificates(
  meshFile: MeshFile,
  connected: readonly Connected[],
  options: CertificateOptions,
): Promise<CertificatePlan> {
  const warnings: Diagnostic[] = [];
  const decisions = await Promise.all(
    ownCertificates(meshFile.mesh).map(async (wanted) => {
      const holders = connected.filter(({ cluster }) => wanted.clusters.includes(cluster.name));
      const held = await readHoldings(holders, wanted, options.signal);
      const asked =
        options.askWhenToRenew === true ? await askWindows(meshFile, wanted, held.holdings, options) : unasked;
      warnings.push(...asked.warnings);
      return decide(wanted, held, asked.windows, options);
    }),
  );
  return { decisions, warnings };
}

function decide(
  wanted: OwnCertificate,
  { holdings, unread }: Holdings,
  windows: Readonly<Record<string, SuggestedWindow | undefined>>,
  options: CertificateOptions,
): CertificateDecision {
  const { names, settings } = wanted;
  const { server, keyType, profile, renewBeforeSeconds } = settings;
  const verdict = decideCertificate({
    wanted: {
      names,
      server,
      keyType,
      ...(profile === undefined ? {} : { profile }),
      ...(renewBeforeSeconds === undefined ? {} : { renewBeforeSeconds }),
    },
    held: holdings.map(({ held }) => held),
    unread: unread.map(({ cluster }) => cluster),
    now: options.now(),
    windows,
    forced: options.forced?.includes(wanted.name) === true,
  });
  const from = holdings.find(({ held }) => held.cluster === verdict.from);
  const replaces = from === undefined ? undefined : idOf(from);
  return {
    wanted,
    holdings,
    unread,
    verdict,
    ...(from?.issued === undefined ? {} : { current: from.issued }),
    ...(replaces === undefined ? {} : { replaces }),
  };
}

/** What authorities say of when to renew, by serial number. */
interface AskedWindows {
  readonly windows: Readonly<Record<string, SuggestedWindow | undefined>>;
  readonly warnings: readonly Diagnostic[];
}

const unasked: AskedWindows = { windows: {}, warnings: [] };

/** Asks the issuer of what is held, each certificate once. One that cannot be asked leaves the certificate's life to decide (ISM659). */
async function askWindows(
  meshFile: MeshFile,
  wanted: OwnCertificate,
  holdings: readonly Holding[],
  options: CertificateOptions,
): Promise<AskedWindows> {
  const { server } = wanted.settings;
  const own = holdings.filter(({ issued }) => issued?.server === server);
  const bySerial = new Map(own.map((one) => [one.certificate?.serial ?? "", idOf(one)]));
  const { onEvent = () => {}, now } = options;
  const progress = startSlowTask(wanted.name, `asking ${new URL(server).host} when to renew`, { onEvent, now });
  let client: AcmeClient | undefined;
  try {
    const { access } = await readIssuer(meshFile, wanted, { ...options, account: false });
    const asked = createAcmeClient({ ...access, signer: unsigned }, options.now);
    client = asked;
    const signal = AbortSignal.any([options.signal, AbortSignal.timeout(renewalInfoMs)]);
    const found = [...bySerial].map(
      async ([serial, id]) => [serial, id === undefined ? undefined : await asked.renewalWindow(id, signal)] as const,
    );
    return { windows: Object.fromEntries(await Promise.all(found)), warnings: [] };
  } catch (error) {
    options.signal.throwIfAborted();
    const known = error instanceof AcmeError || error instanceof UserError;
    const words = known ? error.message : `${server} did not answer within 10 s`;
    const warning = {
      ...warningOf("ISM659"),
      detail: `${words}. When the certificate ${wanted.name} is renewed was decided by its life.`,
      fix: `Nothing where this passes; otherwise see that ${new URL(server).host} can be reached from this machine.`,
    };
    return { windows: {}, warnings: [warning] };
  } finally {
    progress.end();
    await client?.close();
  }
}

/** What is public is asked without an account. */
const unsigned = {
  jwk: {},
  algorithm: "ES256",
  sign: (): never => {
    throw new Error("renewal information is asked for without a signature");
  },
} as const;

function idOf({ certificate }: Holding): string | undefined {
  const { authorityKeyId, serial } = certificate ?? {};
  return authorityKeyId === undefined || serial === undefined ? undefined : renewalId({ authorityKeyId, serial });
}

/** What rendering can use: the certificates that stay, by the name of their Secret. */
export function keptCertificates({ decisions }: CertificatePlan): NonNullable<Materials["certificates"]> {
  return Object.fromEntries(
    decisions.flatMap(({ wanted, verdict, current }) =>
      verdict.action === "order" || current === undefined ? [] : [[wanted.secretName, current] as const],
    ),
  );
}

/** What a plan says of them. */
export function plannedCertificates({ decisions }: CertificatePlan): readonly PlannedCertificate[] {
  return decisions.map(({ wanted: { name, secretName, issuer, names }, verdict: { action, reason, renewAt } }) => ({
    name,
    secretName,
    issuer,
    names,
    action,
    reason,
    ...(renewAt === undefined ? {} : { renewAt }),
  }));
}
