import { Buffer } from "node:buffer";
import type { KeyObject } from "node:crypto";
import { createPrivateKey, createPublicKey, webcrypto } from "node:crypto";
import { Secret } from "../core/secret.ts";

export type KeyType = "ecdsa-p256" | "rsa-2048" | "rsa-4096";

export type SigningAlgorithm = EcKeyGenParams | RsaHashedKeyGenParams;
type EcKeyGenParams = { readonly name: "ECDSA"; readonly namedCurve: string; readonly hash: string };
type RsaHashedKeyGenParams = {
  readonly name: "RSASSA-PKCS1-v1_5";
  readonly hash: string;
  readonly modulusLength: number;
  readonly publicExponent: Uint8Array;
};

export type KeyPair = webcrypto.CryptoKeyPair;

/** The WebCrypto parameters of a key type; every signature is over SHA-256. */
export function algorithmOf(keyType: KeyType): SigningAlgorithm {
  if (keyType === "ecdsa-p256") {
    return { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  }
  return {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    modulusLength: keyType === "rsa-2048" ? 2048 : 4096,
    publicExponent: new Uint8Array([1, 0, 1]),
  };
}

/** A new key pair from the system's random source. */
export async function generateKeyPair(keyType: KeyType): Promise<KeyPair> {
  return await webcrypto.subtle.generateKey(algorithmOf(keyType), true, ["sign", "verify"]);
}

/**
 * The private key in the PEM form that istiod reads: `EC PRIVATE KEY` or
 * `RSA PRIVATE KEY`, as openssl makes them for istio's own Makefile.
 */
export async function exportPrivateKey(key: webcrypto.CryptoKey): Promise<Secret> {
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", key));
  const parsed = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const type = parsed.asymmetricKeyType === "ec" ? "sec1" : "pkcs1";
  return new Secret(parsed.export({ format: "pem", type } as { format: "pem"; type: "sec1" }).toString());
}

/** Reads a PEM private key (PKCS#8, SEC1 or PKCS#1; EC P-256/P-384 or RSA) with its public half. Throws when it is none. */
export async function importKeyPair(pem: Secret): Promise<KeyPair> {
  const privateKey = createPrivateKey(pem.expose());
  const algorithm = importAlgorithm(privateKey.asymmetricKeyType, privateKey.asymmetricKeyDetails?.namedCurve);
  const pkcs8 = privateKey.export({ format: "der", type: "pkcs8" });
  const spki = createPublicKey(privateKey).export({ format: "der", type: "spki" });
  return {
    privateKey: await webcrypto.subtle.importKey("pkcs8", pkcs8, algorithm, true, ["sign"]),
    publicKey: await webcrypto.subtle.importKey("spki", spki, algorithm, true, ["verify"]),
  };
}

function importAlgorithm(
  type: string | undefined,
  curve: string | undefined,
): { name: string; namedCurve?: string; hash: string } {
  if (type === "rsa") {
    return { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  }
  const namedCurve = curves[curve ?? ""];
  if (type !== "ec" || namedCurve === undefined) {
    throw new Error(
      `a private key of type ${type ?? "unknown"} ${curve ?? ""} cannot sign for Istio; use EC P-256, EC P-384 or RSA`,
    );
  }
  return { name: "ECDSA", namedCurve, hash: "SHA-256" };
}

/** The curves that istiod makes certificates of. */
const curves: Readonly<Record<string, string>> = { prime256v1: "P-256", secp384r1: "P-384" };

/** Why a key of this kind signs nothing for Istio, in words that follow "it"; undefined for one that does. */
export function keyFlawOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string | undefined {
  const curve = asymmetricKeyDetails?.namedCurve;
  const usable = asymmetricKeyType === "rsa" || (asymmetricKeyType === "ec" && curves[curve ?? ""] !== undefined);
  return usable
    ? undefined
    : `has a key of type ${[asymmetricKeyType ?? "unknown", curve].filter((one) => one !== undefined).join(" ")}, which does not sign for Istio; EC P-256, EC P-384 and RSA do`;
}
