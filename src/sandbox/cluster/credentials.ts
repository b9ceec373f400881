import "reflect-metadata";
import { webcrypto } from "node:crypto";
import path from "node:path";
import * as x509 from "@peculiar/x509";
import type { Secret } from "../../core/secret.ts";
import { algorithmOf, exportPrivateKey, generateKeyPair } from "../../pki/keys.ts";
import { newSerial, pemOf, selfSign } from "../../pki/self-signed.ts";
import { apiServiceAddress } from "../network/ranges.ts";
import type { ClusterFolder } from "./cluster-folder.ts";
import { writePrivateFile } from "./private-file.ts";

const keyType = "ecdsa-p256";
const oneYearMs = 365 * 24 * 3600 * 1000;
/** Clocks of containers on one machine are one clock; this covers its being set back a little. */
const backdateMs = 300 * 1000;

/** A key with its certificate; PEM texts. */
export interface Identity {
  readonly certificate: string;
  readonly key: Secret;
}

/** An authority that certificates can be issued by. */
export interface SigningAuthority extends Identity {
  readonly x509: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

/** A certificate that is asked for; `file` is its name without an ending. */
export interface Leaf {
  readonly file: string;
  readonly name: string;
  readonly group?: string;
  readonly usage: "server" | "client";
  readonly addresses?: readonly string[];
  readonly hosts?: readonly string[];
}

/** For whom a cluster's certificates are made. */
export interface CredentialRequest {
  readonly cluster: string;
  readonly node: string;
  readonly nodeAddress: string;
}

/**
 * Makes every key and certificate of a cluster, random and new, into
 * `folder.certs` (0600): the cluster's CA, a CA of its own for the API
 * aggregator (so that no client certificate can pass for the aggregator:
 * https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/),
 * serving and client certificates, the service accounts' key pair, and a
 * kubeconfig for each component. EC P-256. Gives when they end, a year from now.
 */
export async function makeCredentials(folder: ClusterFolder, request: CredentialRequest, now: Date): Promise<Date> {
  const [authority, frontProxy, accounts] = await Promise.all([
    makeAuthority({ name: `${request.cluster}-ca` }, now),
    makeAuthority({ name: `${request.cluster}-front-proxy-ca` }, now),
    generateKeyPair(keyType),
  ]);
  const issued = await Promise.all(
    listLeaves(request).map(async (leaf) => ({ leaf, identity: await issue(authority, leaf, now) })),
  );
  const aggregator = await issue(
    frontProxy,
    { file: "front-proxy-client", name: "front-proxy-client", usage: "client" },
    now,
  );
  const accountsPublic = Buffer.from(await webcrypto.subtle.exportKey("spki", accounts.publicKey)).toString("base64");
  const files: (readonly [string, string])[] = [
    ...identityFiles("ca", authority),
    ["front-proxy-ca.crt", frontProxy.certificate],
    ...identityFiles("front-proxy-client", aggregator),
    ["service-accounts.key", (await exportPrivateKey(accounts.privateKey)).expose()],
    ["service-accounts.pub", `-----BEGIN PUBLIC KEY-----\n${wrap(accountsPublic)}\n-----END PUBLIC KEY-----\n`],
    ...issued.flatMap(({ leaf, identity }) => identityFiles(leaf.file, identity)),
    ...issued
      .filter(({ leaf }) => componentUsers.has(leaf.file))
      .map(
        ({ leaf, identity }) =>
          [`${leaf.file}.kubeconfig`, componentKubeconfig(authority.certificate, identity)] as const,
      ),
  ];
  await Promise.all(files.map(async ([name, text]) => writePrivateFile(path.join(folder.certs, name), text)));
  return validity(now).notAfter;
}

/** Components that reach the API server with a kubeconfig of their own. */
const componentUsers = new Set(["kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy"]);

function listLeaves(request: CredentialRequest): readonly Leaf[] {
  return [
    {
      file: "kube-apiserver",
      name: "kube-apiserver",
      usage: "server",
      addresses: [request.nodeAddress, "127.0.0.1", apiServiceAddress],
      hosts: [
        "localhost",
        request.node,
        "kubernetes",
        "kubernetes.default",
        "kubernetes.default.svc",
        "kubernetes.default.svc.cluster.local",
      ],
    },
    {
      file: "kubelet-server",
      name: `system:node:${request.node}`,
      usage: "server",
      addresses: [request.nodeAddress],
      hosts: [request.node],
    },
    {
      file: "apiserver-kubelet-client",
      name: "kube-apiserver-kubelet-client",
      group: "system:masters",
      usage: "client",
    },
    { file: "admin", name: "sandbox-admin", group: "system:masters", usage: "client" },
    { file: "kube-controller-manager", name: "system:kube-controller-manager", usage: "client" },
    { file: "kube-scheduler", name: "system:kube-scheduler", usage: "client" },
    { file: "kubelet", name: `system:node:${request.node}`, group: "system:nodes", usage: "client" },
    { file: "kube-proxy", name: "system:kube-proxy", usage: "client" },
  ];
}

/** A new self-signed authority (CN=`name`, O=`group`), EC P-256, good for a year. */
export async function makeAuthority(
  subject: { readonly name: string; readonly group?: string },
  now: Date,
): Promise<SigningAuthority> {
  const keys = await generateKeyPair(keyType);
  const certificate = await selfSign({ name: subjectOf(subject), ...validity(now), keys });
  return { x509: certificate, keys, certificate: pemOf(certificate), key: await exportPrivateKey(keys.privateKey) };
}

/** A new key with a certificate by the authority, EC P-256, good for a year. */
export async function issue(authority: SigningAuthority, leaf: Leaf, now: Date): Promise<Identity> {
  const keys = await generateKeyPair(keyType);
  const names = [
    ...(leaf.hosts ?? []).map((value) => ({ type: "dns" as const, value })),
    ...(leaf.addresses ?? []).map((value) => ({ type: "ip" as const, value })),
  ];
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: newSerial(),
    subject: subjectOf(leaf),
    issuer: authority.x509.subjectName,
    ...validity(now),
    signingAlgorithm: algorithmOf(keyType),
    publicKey: keys.publicKey,
    signingKey: authority.keys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([
        leaf.usage === "server" ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth,
      ]),
      ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
      await x509.AuthorityKeyIdentifierExtension.create(authority.keys.publicKey),
    ],
  });
  return { certificate: pemOf(certificate), key: await exportPrivateKey(keys.privateKey) };
}

function subjectOf(subject: { readonly name: string; readonly group?: string }): x509.JsonName {
  return [...(subject.group === undefined ? [] : [{ O: [subject.group] }]), { CN: [subject.name] }];
}

function componentKubeconfig(authority: string, identity: Identity): string {
  // JSON is YAML; the components run beside their API server, so the address is the node's own loopback.
  return `${JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: "sandbox",
        cluster: { server: "https://127.0.0.1:6443", "certificate-authority-data": encode(authority) },
      },
    ],
    users: [
      {
        name: "component",
        user: {
          "client-certificate-data": encode(identity.certificate),
          "client-key-data": encode(identity.key.expose()),
        },
      },
    ],
    contexts: [{ name: "sandbox", context: { cluster: "sandbox", user: "component" } }],
    "current-context": "sandbox",
  })}\n`;
}

function identityFiles(name: string, identity: Identity): readonly (readonly [string, string])[] {
  return [
    [`${name}.crt`, identity.certificate],
    [`${name}.key`, identity.key.expose()],
  ];
}

function validity(now: Date): { readonly notBefore: Date; readonly notAfter: Date } {
  return { notBefore: new Date(now.getTime() - backdateMs), notAfter: new Date(now.getTime() + oneYearMs) };
}

function wrap(base64: string): string {
  return base64.replace(/(.{64})(?=.)/g, "$1\n");
}

function encode(text: string): string {
  return Buffer.from(text).toString("base64");
}
