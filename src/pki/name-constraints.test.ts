import "reflect-metadata";
import { Buffer } from "node:buffer";
import { Extension, Name } from "@peculiar/x509";
import { describe, expect, it } from "vitest";
import { inspectAuthority } from "./inspect.ts";
import { authorityOf, lookedAt, makeCertificate } from "./testing/make-certificate.ts";

/** One element of DER; everything in these tests is short. */
function der(tag: number, ...content: readonly Buffer[]): Buffer {
  const whole = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag, whole.length]), whole]);
}

const dns = (text: string): Buffer => der(0x82, Buffer.from(text));
const uri = (text: string): Buffer => der(0x86, Buffer.from(text));
const directory = (text: string): Buffer => der(0xa4, Buffer.from(new Name(text).toArrayBuffer()));

interface Subtrees {
  readonly permitted?: readonly Buffer[];
  readonly excluded?: readonly Buffer[];
  readonly critical?: boolean;
}

function constraints({ permitted = [], excluded = [], critical = true }: Subtrees): Extension {
  const list = (tag: number, bases: readonly Buffer[]): readonly Buffer[] =>
    bases.length === 0 ? [] : [der(tag, ...bases.map((base) => der(0x30, base)))];
  return new Extension("2.5.29.30", critical, der(0x30, ...list(0xa0, permitted), ...list(0xa1, excluded)));
}

async function judged(
  change: { readonly root?: readonly Extension[]; readonly signer?: readonly Extension[]; readonly hosts?: string[] },
  trustDomain?: string,
): Promise<string> {
  const root = await makeCertificate({ name: "root", extensions: change.root ?? [] });
  const { hosts } = change;
  const signer = await makeCertificate({
    name: "signer",
    issuer: root,
    pathLength: 0,
    extensions: change.signer ?? [],
    ...(hosts === undefined ? {} : { hosts }),
  });
  const { flaw } = inspectAuthority(await authorityOf(signer, [root], [root]), lookedAt, trustDomain);
  return flaw === undefined ? "sound" : `${flaw.effect}: ${flaw.words}`;
}

describe("name constraints of cacerts", () => {
  it.each<[string, Subtrees]>([
    ["nothing that istiod signs", { excluded: [dns("example.org"), uri("example.org")] }],
    ["everything that istiod signs", { permitted: [dns("svc"), uri("cluster.local")] }],
    ["URIs below a domain", { permitted: [uri(".local")] }],
    ["addresses, which no certificate of the mesh has", { permitted: [der(0x87, Buffer.alloc(8))] }],
    [
      "subjects, not marked critical, that the intermediate has",
      { permitted: [directory("CN=SIGNER")], critical: false },
    ],
  ])("may concern %s", async (_, subtrees) => {
    expect(await judged({ root: [constraints(subtrees)] })).toBe("sound");
  });

  it.each<[string, Subtrees, string]>([
    [
      "directory names that are marked critical",
      { permitted: [directory("CN=signer")] },
      'istiod: "CN=root", which signed ca-cert.pem, has name constraints of directory names or of another kind that Go does not read, and marks them critical',
    ],
    [
      "DNS names without istiod's own",
      { permitted: [dns("corp.example")] },
      'proxies: "CN=root" permits no DNS names but those of corp.example (name constraints), and istiod signs itself as istiod.istio-system.svc',
    ],
    [
      "URIs of another domain",
      { permitted: [uri("corp.example")] },
      'proxies: "CN=root" permits no URIs but those of corp.example (name constraints), and istiod signs workloads as spiffe://cluster.local/…',
    ],
    [
      "URIs of a domain above, which Go takes for those below too and Envoy does not",
      { permitted: [uri("local")] },
      'proxies: "CN=root" permits no URIs but those of local (name constraints), and istiod signs workloads as spiffe://cluster.local/…',
    ],
    [
      "URIs that are excluded",
      { excluded: [uri("cluster.local")] },
      'proxies: "CN=root" excludes URIs of cluster.local (name constraints), and istiod signs workloads as spiffe://cluster.local/…',
    ],
    [
      "other subjects, not marked critical: Envoy alone judges them",
      { permitted: [directory("O=Corp")], critical: false },
      'proxies: "CN=root" permits other subjects only (name constraints), and ca-cert.pem is "CN=signer"',
    ],
  ])("are a flaw where they concern %s", async (_, subtrees, expected) => {
    expect(await judged({ root: [constraints(subtrees)] })).toBe(expected);
  });

  it("are judged by the mesh's own trust domain", async () => {
    const root = [constraints({ permitted: [uri("corp.example")] })];
    expect(await judged({ root }, "corp.example")).toBe("sound");
  });

  it("of the intermediate itself count for what it signs", async () => {
    expect(await judged({ signer: [constraints({ excluded: [dns("svc")] })] })).toBe(
      "proxies: ca-cert.pem excludes DNS names of svc (name constraints), and istiod signs itself as istiod.istio-system.svc",
    );
  });

  it("of the root count for names of the intermediate, which keep istiod from starting", async () => {
    const root = [constraints({ permitted: [dns("svc"), dns("mesh.example")] })];
    expect(await judged({ root, hosts: ["ca.mesh.example"] })).toBe("sound");
    expect(await judged({ root, hosts: ["ca.corp.example"] })).toBe(
      'istiod: "CN=root" permits no DNS names but those of svc, mesh.example (name constraints), and ca-cert.pem is for ca.corp.example',
    );
  });
});

describe("an extension that is marked critical", () => {
  const critical = (id: string): Extension => new Extension(id, true, der(0x30));

  it("and that Go does not read keeps istiod from starting", async () => {
    expect(await judged({ signer: [critical("1.2.3.4")] })).toBe(
      "istiod: ca-cert.pem has an extension 1.2.3.4 that is marked critical and that Go does not read",
    );
    expect(await judged({ root: [critical("1.2.3.4")] })).toBe(
      'istiod: "CN=root", which signed ca-cert.pem, has an extension 1.2.3.4 that is marked critical and that Go does not read',
    );
  });

  it("and that Go reads and Envoy does not is a matter of the proxies", async () => {
    expect(await judged({ root: [critical("2.5.29.31")] })).toBe(
      'proxies: "CN=root" has an extension 2.5.29.31 that is marked critical and that Envoy does not read',
    );
  });
});
