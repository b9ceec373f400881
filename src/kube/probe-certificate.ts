import { Buffer } from "node:buffer";
import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { connect } from "node:tls";
import type { KubeEndpoint } from "./errors.ts";

/** What a server presents, whoever signed it. */
export interface PresentedCertificate {
  readonly subject: string;
  readonly issuer: string;
  readonly names: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

const timeoutMs = 3000;

/**
 * Looks at the certificate of an API server without trusting it and without
 * sending anything. Undefined when none comes within 3 s, or when a proxy is
 * in between (the probe would look at another way than the requests take).
 */
export async function probeCertificate(endpoint: KubeEndpoint): Promise<PresentedCertificate | undefined> {
  const url = new URL(endpoint.server);
  if (endpoint.proxied || url.protocol !== "https:") {
    return undefined;
  }
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const servername = endpoint.tlsServerName ?? (isIP(host) === 0 ? host : undefined);
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: Number(url.port === "" ? 443 : url.port),
      ...(servername === undefined ? {} : { servername }),
      rejectUnauthorized: false,
      timeout: timeoutMs,
    });
    const end = (found: PresentedCertificate | undefined): void => {
      socket.destroy();
      resolve(found);
    };
    socket.once("secureConnect", () => {
      const { raw } = socket.getPeerCertificate();
      end(raw === undefined ? undefined : describePresented(new X509Certificate(new Uint8Array(raw))));
    });
    // The failure itself is being diagnosed already; the probe only adds to it.
    socket.once("error", () => end(undefined));
    socket.once("timeout", () => end(undefined));
  });
}

function describePresented(certificate: X509Certificate): PresentedCertificate {
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    names: certificate.subjectAltName ?? "no name at all",
    notBefore: new Date(certificate.validFrom),
    notAfter: new Date(certificate.validTo),
  };
}

/** The subjects of the authorities in a base64 PEM bundle. */
export function listAuthorities(caData: string): readonly string[] {
  const pem = Buffer.from(caData, "base64").toString("utf8");
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => oneLine(new X509Certificate(block).subject));
}

function oneLine(name: string): string {
  return name === "" ? "(no name)" : name.replaceAll("\n", ", ");
}
