import type { AcmeAccess } from "./acme-access.ts";
import { AcmeError } from "./acme-error.ts";
import type { AcmeAnswer, AcmeAsk } from "./acme-wire.ts";
import { createAcmeWire } from "./acme-wire.ts";
import type { Session } from "./acme-session.ts";
import { openAccount, readDirectory } from "./acme-session.ts";
import type { CertificateWish, OrderedCertificate, OrderOptions } from "./order.ts";
import { orderCertificate } from "./order.ts";
import type { RenewalWindow } from "./renewal-info.ts";
import { readWindow } from "./renewal-info.ts";

/** An ACME server by the account of one key. Rejects with AcmeErrors, UserErrors of the solver, or the signal's reason. */
export interface AcmeClient {
  /**
   * Orders a certificate and waits for it. The account is made with the first
   * order. A `replaces` that the server refuses is left out in a second order.
   */
  order(wish: CertificateWish, options: OrderOptions): Promise<OrderedCertificate>;
  /** When the server wants the certificate of that `renewalId` to be renewed; undefined where it does not say. */
  renewalWindow(id: string, signal: AbortSignal): Promise<RenewalWindow | undefined>;
  /** Ends all connections. May be called twice. */
  close(): Promise<void>;
}

/** A client for one server. Connects with the first call; `close()` it. `now` is in milliseconds since the epoch. */
export function createAcmeClient(access: AcmeAccess, now: () => number): AcmeClient {
  const wire = createAcmeWire(access, now);
  let session: Promise<Session> | undefined;
  return {
    async order(wish, options) {
      session ??= openAccount(access, wire, options.signal);
      // One that failed is no answer for the next order.
      session.catch(() => (session = undefined));
      return orderCertificate(await session, wish, options);
    },
    async renewalWindow(id, signal) {
      const { renewalInfo } = await readDirectory(access, wire, signal);
      if (renewalInfo === undefined) {
        return undefined;
      }
      const ask: AcmeAsk = { url: `${renewalInfo.replace(/\/$/, "")}/${id}`, subject: "tell when to renew", signal };
      return readWindow(await orUnknown(wire.get(ask)));
    },
    close: async () => wire.close(),
  };
}

/** A server that does not know the certificate says nothing of when to renew it. */
async function orUnknown(asked: Promise<AcmeAnswer>): Promise<Pick<AcmeAnswer, "body">> {
  return asked.catch((error: unknown) => {
    if (error instanceof AcmeError && error.fields.kind === "refused" && (error.fields.status ?? 500) < 500) {
      return { body: {} };
    }
    throw error;
  });
}
