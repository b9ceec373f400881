import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { IssuedCertificate } from "../../core/render/materials.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { OrderRun } from "./order-certificate.ts";
import { orderOrKeep } from "./order-certificate.ts";
import type { CertificatePlan } from "./plan-certificates.ts";

/** Who waits for a certificate, and hears of it meanwhile. */
export interface OrderListener {
  readonly onProgress: (note: string) => void;
  readonly onWarning: (warning: Diagnostic) => void;
}

/** The orders of one apply. */
export interface CertificateOrders {
  /**
   * The certificate of that Secret, ordered with the first call and the same for
   * all who ask: N clusters are one order. Rejects alike for all, also where a cluster has not said what it holds. Progress goes
   * to all, warnings to the first.
   */
  readonly issued: (secretName: string, listener: OrderListener) => Promise<IssuedCertificate>;
}

/** Orders nothing yet. `order` is replaced in tests of who asks how often. */
export function createCertificateOrders(
  meshFile: MeshFile,
  { decisions }: CertificatePlan,
  run: Omit<OrderRun, keyof OrderListener>,
  order = orderOrKeep,
): CertificateOrders {
  const orders = new Map<
    string,
    { readonly issued: Promise<IssuedCertificate>; readonly listeners: OrderListener[] }
  >();
  return {
    issued: async (secretName, listener) => {
      const known = orders.get(secretName);
      if (known !== undefined) {
        known.listeners.push(listener);
        return known.issued;
      }
      const decision = decisions.find(({ wanted }) => wanted.secretName === secretName);
      if (decision === undefined) {
        throw new Error(`no route of the mesh asks for the Secret ${secretName}`);
      }
      if (decision.verdict.action === "wait") {
        throw new UserError(
          decision.unread.map(({ diagnostic }) => diagnostic),
          exitCodes.unreachable,
        );
      }
      const listeners = [listener];
      const onProgress = (note: string): void => listeners.forEach((one) => one.onProgress(`${secretName}: ${note}`));
      const issued = order(meshFile, decision, { ...run, onProgress, onWarning: listener.onWarning });
      orders.set(secretName, { issued, listeners });
      return issued;
    },
  };
}
