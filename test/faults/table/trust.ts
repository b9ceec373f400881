import { Buffer } from "node:buffer";
import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Authority } from "../../../src/core/render/materials.ts";
import { issueIntermediate, issueRoot } from "../../../src/pki/certificate-authority.ts";
import { freshFolder } from "../../e2e/world.ts";
import type { Fault } from "../fault.ts";
import { cause, drop, kubectl } from "../fault.ts";

const istio = "istio-system";

/** By a file: keys are in no argument list, in tests neither. */
async function putCacerts(data: Readonly<Record<string, string>>): Promise<void> {
  const encoded = Object.entries(data).map(([name, pem]) => [name, Buffer.from(pem).toString("base64")]);
  const into = freshFolder();
  const file = path.join(into, "patch.json");
  writeFileSync(file, JSON.stringify({ data: Object.fromEntries(encoded) }), { mode: 0o600 });
  try {
    await kubectl("east", ["-n", istio, "patch", "secret", "cacerts", "--patch-file", file]);
  } finally {
    rmSync(into, { recursive: true });
  }
}

/** An intermediate for east that a root of somebody else has signed. */
async function otherIntermediate(): Promise<Authority> {
  const now = new Date();
  return await issueIntermediate(
    await issueRoot("other", now),
    { cluster: "east", keyType: "ecdsa-p256", validitySeconds: 365 * 86_400 },
    now,
  );
}

/** What istiod signs by in the end has to be what the mesh file's root has signed. */
async function anew(): Promise<void> {
  await drop("east", istio, "secret/cacerts");
}

export const trustFaults: readonly Fault[] = [
  {
    what: "the cacerts of east have another root",
    inject: async () => {
      const other = await otherIntermediate();
      await putCacerts({
        "root-cert.pem": other.rootCert,
        "ca-cert.pem": other.caCert,
        "cert-chain.pem": other.certChain,
        "ca-key.pem": other.caKey.expose(),
      });
    },
    causes: [cause("east", "ISM414")],
    undo: anew,
  },
  {
    what: "the key in the cacerts of east is another one",
    inject: async () => {
      const other = await otherIntermediate();
      await putCacerts({ "ca-key.pem": other.caKey.expose() });
    },
    causes: [cause("east", "ISM415")],
    undo: anew,
  },
  {
    what: "the cacerts of east are deleted",
    inject: async () => drop("east", istio, "secret/cacerts"),
    causes: [cause("east", "ISM415", "ISM454")],
  },
];
