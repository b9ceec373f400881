import { errorOf, warningOf } from "../../core/diagnostics/coded.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { lackOf } from "../../core/decide/certificate-renewal.ts";
import { meshFileWords } from "../../core/mesh-file-words.ts";
import { quoteCommand } from "../../core/quote-command.ts";
import type { IssuedCertificate } from "../../core/render/materials.ts";
import type { Secret } from "../../core/secret.ts";
import { exposedAccountKey, openAccountKey } from "../../pki/account-key.ts";
import { inspectFrontDoor } from "../../pki/front-door-certificate.ts";
import { createAcmeClient } from "../../providers/acme/client.ts";
import { diagnoseAcme } from "../../providers/acme/diagnose-acme.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { AccessOptions, RunOptions } from "../options.ts";
import { dnsProofs } from "./dns-proofs.ts";
import { openMeshZone } from "./dns-zone.ts";
import { readIssuer } from "./issuer-access.ts";
import type { CertificateDecision } from "./plan-certificates.ts";

export interface OrderRun extends Pick<AccessOptions, "env">, Pick<RunOptions, "now" | "signal" | "timeoutMs"> {
  /** Told what is waited for. */
  readonly onProgress: (note: string) => void;
  readonly onWarning: (warning: Diagnostic) => void;
}

/**
 * Orders one certificate and looks at it before anybody gets it. Where that
 * fails and a cluster holds a valid one, that one is given, with the reason as
 * warnings (ISM658). Rejects with a UserError, or the signal's reason.
 */
export async function orderOrKeep(
  meshFile: MeshFile,
  decision: CertificateDecision,
  run: OrderRun,
): Promise<IssuedCertificate> {
  try {
    return await order(meshFile, decision, run);
  } catch (error) {
    run.signal.throwIfAborted();
    const { current, wanted } = decision;
    if (current === undefined || !(error instanceof UserError)) {
      throw error;
    }
    for (const one of error.diagnostics) {
      run.onWarning({ ...one, severity: "warning" });
    }
    const ends = inspectFrontDoor(current.chain, current.key)?.notAfter ?? 0;
    run.onWarning({
      ...warningOf("ISM658"),
      detail: `The certificate ${wanted.name} (${wanted.names.join(", ")}) was to be renewed: ${decision.verdict.reason}. That failed, as told beside this. All clusters go on with the one that is valid until ${new Date(ends).toISOString()}.`,
      fix: renewLater(wanted.name, meshFile),
    });
    return current;
  }
}

/** What to do about a certificate whose order failed. */
export function renewLater(name: string, { name: file }: Pick<MeshFile, "name">): string {
  return `When the reason is mended: ${quoteCommand(["isthmus", "certs", "renew", name, "--force", ...meshFileWords(file)])}`;
}

async function order(
  meshFile: MeshFile,
  { wanted, current, replaces }: CertificateDecision,
  run: OrderRun,
): Promise<IssuedCertificate> {
  const { names, settings } = wanted;
  const { keyType, reuseKey, profile, server } = settings;
  const { access, context, warnings } = await readIssuer(meshFile, wanted, run);
  const open = await openMeshZone(meshFile, run);
  if (open === undefined) {
    throw new Error("the mesh file's rules exclude an order without a zone");
  }
  const signer = await openAccountKey(context.keyFile);
  [...warnings, ...open.warnings, ...(await exposedAccountKey(context.keyFile))].forEach(run.onWarning);
  const client = createAcmeClient({ ...access, signer }, run.now);
  try {
    // Loaded where requests are made: most commands only look at certificates.
    const { requestCertificate } = await import("../../pki/certificate-request.ts");
    const { request, key } = await requestCertificate(names, keyType, keyToReuse(reuseKey, keyType, current));
    const wish = {
      names,
      request,
      ...(profile === undefined ? {} : { profile }),
      ...(replaces === undefined ? {} : { replaces }),
    };
    const { now, signal, timeoutMs, onProgress } = run;
    const proofs = dnsProofs(open.zone, run.onWarning);
    const until = now() + timeoutMs;
    const ordered = await client.order(wish, { proofs, until, now, signal, onProgress });
    const issued = { ...ordered, key, server };
    refuseUnusable(issued, { names, keyType }, now());
    return issued;
  } catch (error) {
    const diagnostic = diagnoseAcme(error, context);
    throw diagnostic === undefined ? error : new UserError([diagnostic], exitCodes.failed, { cause: error });
  } finally {
    await client.close();
  }
}

/** A key of another type than the mesh file asks for now is not kept. */
function keyToReuse(reuse: boolean, keyType: string, current: IssuedCertificate | undefined): Secret | undefined {
  const fits = current !== undefined && inspectFrontDoor(current.chain, current.key)?.keyType === keyType;
  return reuse && fits ? current.key : undefined;
}

/** Envoy looks at the key only, and serves what is not valid, or for other names, without a word. */
function refuseUnusable(
  { chain, key, server, profile }: IssuedCertificate,
  { names, keyType }: { readonly names: readonly string[]; readonly keyType: string },
  now: number,
): void {
  const certificate = inspectFrontDoor(chain, key);
  const words =
    certificate === undefined
      ? "it sent no certificate that can be read"
      : lackOf(
          {
            cluster: "",
            kind: "present",
            ...certificate,
            flaw: certificate.flaw,
            server,
            ...(profile === undefined ? {} : { profile }),
          } as Parameters<typeof lackOf>[0],
          { wanted: { names, server, keyType }, now },
        );
  if (words !== undefined) {
    throw new UserError(
      [
        {
          ...errorOf("ISM655"),
          detail: `${server} issued a certificate for ${names.join(", ")}, and ${words}. It was written to no cluster.`,
          fix: "Set this machine's clock if it is wrong. Otherwise ask whoever runs the ACME server; the order itself went well.",
        },
      ],
      exitCodes.failed,
    );
  }
}
