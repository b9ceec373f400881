import { describe, expect, it } from "vitest";
import { ingressGateway } from "../render/names.ts";
import { withConfig, withFrontDoor } from "../testing/changed-facts.ts";
import { findingsOf, foundBy } from "../testing/found-by.ts";
import { healthyFacts } from "../testing/healthy-facts.ts";
import { changingName, withNames } from "../testing/published-facts.ts";
import type { StrayObject, TlsSecretFacts } from "./certificate-facts.ts";
import { certificateIssuance } from "./certificates/issuance.ts";
import { certificatePages } from "./certificates/pages.ts";
import type { Issuance } from "../decide/stuck-certificate.ts";
import type { MeshFacts } from "./facts.ts";
import type { IssuanceFacts, IssuerFacts } from "./issuance-facts.ts";
import { runChecks } from "./run-checks.ts";
import { judge } from "./unread.ts";

const issuer: IssuerFacts = { kind: "ClusterIssuer", name: "pages", state: "ready", account: "cert-manager/key" };
const valid = { present: true, fingerprint: "AA", notAfter: "2030-01-01T00:00:00.000Z" };
const waiting: IssuanceFacts = { ready: false, says: "Issuing certificate as Secret does not exist", issuer };

/** A mesh whose routes name the Secret door, and what is in its clusters: east's changed. */
function withIssuance(
  issuance: IssuanceFacts,
  { secret = { present: false }, facts = healthyFacts() }: { secret?: Partial<TlsSecretFacts>; facts?: MeshFacts } = {},
): MeshFacts {
  const named = { name: "door", certificate: "istio-system/front" };
  const west = { ...named, ...valid, issuance: { ready: true, says: "Certificate is up to date", issuer } };
  const east = { ...named, present: false, ...secret, issuance };
  const clusters = facts.clusters.map((one) =>
    one.kind === "reached" ? { ...one, tlsSecrets: [one.cluster === "east" ? east : west] } : one,
  );
  return { ...facts, clusters };
}

const order = { state: "pending", reason: "" };
const challenge = { dnsName: "shop.example", type: "HTTP-01", state: "pending", reason: "", presented: true };

/** What is said of an issuance that does not come to an end. */
function said(issuance: IssuanceFacts, secret?: Partial<TlsSecretFacts>): readonly (string | undefined)[] {
  const facts = withIssuance(issuance, secret === undefined ? {} : { secret });
  return findingsOf("certificates/issuance", facts).map(({ severity, detail }) => `${severity}: ${detail}`);
}

describe("a Certificate that is not ready", () => {
  it.each<[string, IssuanceFacts, string]>([
    [
      "by its challenge",
      {
        ...waiting,
        issuance: { isRunning: true, order, challenges: [{ ...challenge, reason: "wrong status code '404'" }] },
      },
      "challenge HTTP-01 for shop.example: wrong status code '404'",
    ],
    [
      "by its order, where there is no challenge",
      {
        ...waiting,
        issuance: { isRunning: true, order: { ...order, reason: "Failed to create Order: 429" }, challenges: [] },
      },
      "Failed to create Order: 429",
    ],
    [
      "by its issuer that is not there",
      { ...waiting, issuer: { ...issuer, state: "missing" } },
      "its ClusterIssuer pages does not exist",
    ],
    [
      "by its issuer that is not ready",
      { ...waiting, issuer: { ...issuer, state: "unready", says: "Failed to register ACME account" } },
      "its ClusterIssuer pages is not ready: Failed to register ACME account",
    ],
    ["by its own words, where nothing says more", waiting, "Issuing certificate as Secret does not exist"],
    [
      "by the silence of a cert-manager that does not run",
      { ready: false, issuer },
      "cert-manager has not looked at it, as one that does not run",
    ],
  ] as const)("is explained %s", (_name, change, reason) => {
    expect(said(change)).toEqual([`error: Certificate istio-system/front of east is not issued: ${reason}.`]);
  });

  it("is a warning while the Secret holds one that is valid, and none where cert-manager is content", () => {
    const rest = "is not issued anew, and Secret istio-system/door holds one that ends on 2030-01-01:";
    expect(
      said(
        {
          ...waiting,
          ready: true,
          failed: true,
          issuance: { isRunning: false, order: { state: "errored", reason: "429" }, challenges: [] },
        },
        valid,
      ),
    ).toEqual([`warning: Certificate istio-system/front of east ${rest} its order is errored: 429.`]);
    expect(said({ ready: true, issuer }, valid)).toEqual([]);
    expect(said(waiting, { ...valid, notAfter: "2026-01-01T00:00:00.000Z" })).toEqual([
      expect.stringMatching(/^error: .* is not issued: /),
    ]);
  });

  it("is a warning while every ingress pod has what the Secret held", () => {
    const chain = {
      port: 8443,
      serverNames: ["shop.example"],
      credential: "kubernetes://door",
      routeTable: "https.443",
    };
    const facts = withConfig("east", ingressGateway, ({ chains }) => ({ chains: [...chains, chain] }));
    expect(foundBy("certificates/issuance", withIssuance(waiting, { facts }))).toEqual(["warning ISM779 east"]);
  });

  it("is tried at once by what the fix prints, also with a new account", () => {
    const request = { name: "front-2", reason: "Failed", message: "" };
    const fixOf = (reason: string): string => {
      const issuance = { isRunning: false, order: { state: "errored", reason }, challenges: [], request };
      return findingsOf("certificates/issuance", withIssuance({ ...waiting, issuance }))[0]?.fix ?? "";
    };
    const patch = `kubectl --context isthmus-east -n istio-system patch certificate.cert-manager.io front --subresource=status --type=merge -p '{"status":{"conditions":[{"type":"Issuing","status":"True","reason":"ManuallyTriggered","message":"Issuance was triggered by hand","lastTransitionTime":"'"$(date -u +%Y-%m-%dT%H:%M:%SZ)"'"}]}}'`;
    const gone =
      "kubectl --context isthmus-east -n istio-system delete certificaterequest.cert-manager.io front-2 --ignore-not-found";
    const again = `${gone} && ${patch}`;
    expect(fixOf("too many")).toContain(again);
    expect(fixOf("accountDoesNotExist")).toContain("kubectl --context isthmus-east -n cert-manager delete secret key");
    expect(fixOf("accountDoesNotExist")).toContain(again);
  });

  it("is a warning in its first minutes, while nothing is refused", () => {
    const since = "2026-11-23T05:58:00Z";
    const at = (change: Partial<Issuance>): readonly string[] =>
      foundBy(
        "certificates/issuance",
        withIssuance({ ...waiting, issuance: { since, isRunning: true, order, challenges: [challenge], ...change } }),
      );
    expect(at({})).toEqual(["warning ISM779 east"]);
    expect(at({ since: "2026-11-23T05:50:00Z" })).toEqual(["error ISM779 east"]);
    expect(at({ challenges: [{ ...challenge, reason: "refused" }] })).toEqual(["error ISM779 east"]);
    const { causes } = runChecks(
      withIssuance({ ...waiting, issuance: { since, isRunning: true, order, challenges: [challenge] } }),
      { pre: false },
    );
    expect(causes.map(({ severity }) => severity)).toEqual(["warning"]);
  });

  it("explains the certificate that an ingress lacks", () => {
    const issuance = { isRunning: true, order, challenges: [{ ...challenge, reason: "refused" }] };
    const { causes } = runChecks(withIssuance({ ...waiting, issuance }), { pre: false });
    expect(causes.map(({ code, consequences }) => [code, ...consequences.map((one) => one.code)])).toEqual([
      ["ISM779", "ISM450"],
    ]);
  });

  it("explains that a name is about to leave the cluster that lacks it", () => {
    const both = { west: "192.0.2.1", east: "192.0.2.2" };
    const named = withNames(withIssuance(waiting), [changingName(both, { west: "192.0.2.1" })]);
    const services = named.mesh.services.map((service) => ({
      ...service,
      routes: service.routes.map((route) => ({ ...route, hosts: ["app.example.test"], tls: { secretName: "door" } })),
    }));
    const { causes } = runChecks({ ...named, mesh: { ...named.mesh, services } }, { pre: false });
    const found = causes.find(({ code }) => code === "ISM779");
    expect(found?.consequences.map(({ code }) => code)).toEqual(expect.arrayContaining(["ISM450", "ISM646"]));
  });

  it("is not called well where nobody may list Certificates, or read the issuer", () => {
    const facts = healthyFacts();
    const clusters = facts.clusters.map((one) =>
      one.kind === "reached" && one.cluster === "east"
        ? { ...one, tlsSecrets: [{ name: "door", ...valid, writersUnread: true }] }
        : one,
    );
    const words = ["which Certificate fills Secret door of east: this account may not list them"];
    expect(judge(certificateIssuance, { ...facts, clusters }, undefined).unseen).toEqual(words);
    expect(judge(certificatePages, { ...facts, clusters }, undefined).unseen).toEqual(words);
    const unread = withIssuance({ ready: true, issuer: { ...issuer, state: "unread" } }, { secret: valid });
    expect(judge(certificatePages, unread, undefined).unseen).toEqual([
      "how ClusterIssuer pages proves the names of Certificate istio-system/front of east: this account may not read it",
    ]);
  });

  it("is not called well where cert-manager's objects may not be read", () => {
    const unread = ["Orders", "Challenges"];
    const facts = withIssuance({ ready: false, says: "Issuing", issuer, unread });
    expect(judge(certificateIssuance, facts, undefined).unseen).toEqual(
      unread.map(
        (kinds) => `what the ${kinds} of Certificate istio-system/front of east say: this account may not read them`,
      ),
    );
  });
});

/** The route that shows the certificate is in east's region alone. */
function withRegion(facts: MeshFacts): MeshFacts {
  const clusters = facts.mesh.clusters.map((one) => ({ ...one, region: one.name }));
  const services = facts.mesh.services.map((service) => ({
    ...service,
    routes: service.routes.map((route) => ({
      ...route,
      tls: { secretName: "door" },
      match: { ...route.match, fromRegions: ["east"] },
    })),
  }));
  return { ...facts, mesh: { ...facts.mesh, clusters, services } };
}

describe("an issuer of somebody's own that proves by pages", () => {
  const byPages: IssuerFacts = { ...issuer, byPages: ["shop.example"] };
  const why =
    "ClusterIssuer pages proves shop.example by pages (http01): the ACME server asks any address of the name at port 80, and the page is in east alone, which asks for the certificate, while west and east serve the name.";

  it("is warned of while its certificate is there", () => {
    const facts = withIssuance({ ready: true, issuer: byPages }, { secret: valid });
    expect(findingsOf("certificates/pages", facts).map(({ code, detail }) => `${code} ${detail}`)).toEqual([
      `ISM780 Certificate istio-system/front of east will not be renewed, or by chance. ${why}`,
    ]);
    expect(findingsOf("certificates/issuance", facts)).toEqual([]);
  });

  it("is told with the certificate that is not issued", () => {
    const facts = withIssuance({ ...waiting, issuer: byPages });
    expect(findingsOf("certificates/pages", facts)).toEqual([]);
    expect(findingsOf("certificates/issuance", facts)[0]?.detail).toContain(why);
  });

  it("is left alone where one cluster serves the name, and where it is the mesh file's", () => {
    const facts = withIssuance({ ready: true, issuer: byPages }, { secret: valid });
    const one = { ...facts, mesh: { ...facts.mesh, clusters: facts.mesh.clusters.slice(1) } };
    expect(findingsOf("certificates/pages", withRegion(facts))).toEqual([]);
    expect(findingsOf("certificates/pages", one)).toEqual([]);
    // Of its name alone, with a route that does not name it, nobody leads the challenges.
    const alike = { ...facts, mesh: { ...facts.mesh, http01Issuers: ["pages"] } };
    expect(findingsOf("certificates/pages", alike)).toHaveLength(1);
    const { mesh } = withFrontDoor(alike, "pages");
    expect(findingsOf("certificates/pages", { ...alike, mesh: { ...mesh, http01Issuers: ["pages"] } })).toEqual([]);
  });

  it("is warned of where it has no solver for a name", () => {
    const facts = withIssuance({ ready: true, issuer: { ...issuer, unproven: ["a.example"] } }, { secret: valid });
    expect(findingsOf("certificates/pages", facts)[0]?.detail).toContain(
      "ClusterIssuer pages has no solver for a.example.",
    );
  });

  it("cannot prove a wildcard", () => {
    const facts = withIssuance({ ...waiting, issuer: { ...issuer, unproven: ["*.shop.example"] } });
    const [found] = findingsOf("certificates/issuance", facts);
    expect(found?.detail).toContain(
      "ClusterIssuer pages has no dns01 solver for *.shop.example, and no page (http01) proves a wildcard.",
    );
    expect(found?.fix).toContain(
      "Whoever made ClusterIssuer pages has to give it a dns01 solver for them, or name the hosts one by one.",
    );
  });
});

describe("a certificate in another namespace", () => {
  function fixOf(...elsewhere: readonly StrayObject[]): string {
    const facts = healthyFacts();
    const clusters = facts.clusters.map((one) =>
      one.kind === "reached" && one.cluster === "east"
        ? { ...one, tlsSecrets: [{ name: "door", present: false, elsewhere }] }
        : one,
    );
    const services = facts.mesh.services.map((service) => ({
      ...service,
      routes: service.routes.map((route) => ({ ...route, hosts: ["shop.example"], tls: { secretName: "door" } })),
    }));
    const mesh = { ...facts.mesh, services };
    return findingsOf("certificates/front-doors", { ...facts, mesh, clusters })[0]?.fix ?? "";
  }
  const hosts = ["shop.example"];
  const stray: StrayObject = { kind: "Certificate", namespace: "sample", name: "front", hosts };
  const secret: StrayObject = { kind: "Secret", namespace: "sample", name: "door", hosts };

  it("is made where the gateway's pods run by what the fix ends with", () => {
    expect(fixOf(stray, secret)).toMatch(/: kubectl [^:]* get certificate\.cert-manager\.io front -o .*create -f -$/);
    expect(fixOf(stray, secret)).toContain(
      `kubectl --context isthmus-east -n sample get certificate.cert-manager.io front -o 'jsonpath={"{"}"apiVersion":"cert-manager.io/v1","kind":"Certificate","metadata":{"{"}"name":"front","namespace":"istio-system"},"spec":{.spec}}' | kubectl --context isthmus-east create -f -`,
    );
    expect(fixOf(secret)).toContain(
      `kubectl --context isthmus-east -n sample get secret door -o 'jsonpath={"{"}"apiVersion":"v1","kind":"Secret","metadata":{"{"}"name":"door","namespace":"istio-system"},"type":"{.type}","data":{.data}}' | kubectl --context isthmus-east create -f -`,
    );
  });

  it("is none that is for other hosts, and that of the service's namespace of several", () => {
    const theirs = { ...stray, namespace: "unrelated", hosts: ["other.example"] };
    expect(fixOf(theirs, stray)).toContain("-n sample get certificate.cert-manager.io front");
    expect(fixOf({ ...stray, namespace: "unrelated" }, stray)).toContain("-n sample get certificate");
    expect(fixOf(theirs, secret)).toContain("-n sample get secret door");
    expect(fixOf(theirs)).not.toContain("kubectl");
    expect(fixOf(stray, { ...stray, name: "back" })).not.toContain("kubectl");
  });

  it("needs its Issuer there too", () => {
    expect(fixOf({ ...stray, issuer: "own" })).toContain(
      "It names Issuer own, which is for sample alone: make that one in istio-system first, with the Secrets that it names.",
    );
  });
});
