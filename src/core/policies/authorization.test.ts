import { describe, expect, it } from "vitest";
import type { AuthorizationFields, AuthorizationPolicyFacts } from "../checks/policy-facts.ts";
import type { AuthorizedRequest } from "./authorization.ts";
import { denialOf, policiesByAddress } from "./authorization.ts";

const pod = { namespace: "sample", labels: { app: "web" } };
const request: AuthorizedRequest = {
  port: 5000,
  client: { namespace: "istio-system", serviceAccount: "ingress", trustDomain: "cluster.local" },
  host: "web.example",
  path: { kind: "exact", value: "/hello" },
  address: "10.42.0.9",
};

function policy(change: Partial<AuthorizationPolicyFacts>): AuthorizationPolicyFacts {
  return { namespace: "sample", name: "p", action: "ALLOW", targeted: false, rules: [], ...change };
}

function allow(from: AuthorizationFields, to: AuthorizationFields = {}, conditional = false): AuthorizationPolicyFacts {
  return policy({
    rules: [
      {
        from: Object.keys(from).length === 0 ? [] : [from],
        to: Object.keys(to).length === 0 ? [] : [to],
        conditional,
      },
    ],
  });
}

/** What the policy says, and whether the request is refused for certain. */
const table: readonly (readonly [string, AuthorizationPolicyFacts, boolean])[] = [
  ["allows nothing", policy({}), true],
  ["is for other pods", policy({ selector: { app: "batch" } }), false],
  ["is for another namespace", policy({ namespace: "shop" }), false],
  ["is for the whole mesh", policy({ namespace: "istio-system" }), true],
  ["is for a gateway by name", policy({ targeted: true }), false],
  ["allows everything", policy({ rules: [{ from: [], to: [], conditional: false }] }), false],
  ["denies nothing", policy({ action: "DENY" }), false],
  ["denies everything", { ...allow({}), action: "DENY" }, true],
  ["denies the port", { ...allow({}, { ports: ["5000"] }), action: "DENY" }, true],
  ["denies all other ports", { ...allow({}, { notPorts: ["80"] }), action: "DENY" }, true],
  ["denies on a condition", { ...allow({}, { ports: ["5000"] }, true), action: "DENY" }, false],
  [
    "denies the port by a condition",
    policy({
      action: "DENY",
      rules: [{ from: [], to: [], when: [{ ports: ["5000"], notPorts: [] }], conditional: false }],
    }),
    true,
  ],
  [
    "allows another port by a condition",
    policy({ rules: [{ from: [], to: [], when: [{ ports: ["80"], notPorts: [] }], conditional: false }] }),
    true,
  ],
  [
    "denies the port by a condition, beside one of which nothing is known",
    policy({ action: "DENY", rules: [{ from: [], to: [], when: [{ ports: ["5000"] }], conditional: true }] }),
    false,
  ],
  ["denies a method", { ...allow({}, { methods: ["POST"] }), action: "DENY" }, false],
  ["asks for a token, of which nothing is known", allow({ requestPrincipals: ["*"] }), false],
  ["denies what has no token", { ...allow({ notRequestPrincipals: ["*"] }), action: "DENY" }, false],
  ["is told by another program", policy({ action: "CUSTOM" }), false],
  ["allows the client's identity", allow({ principals: ["cluster.local/ns/istio-system/sa/ingress"] }), false],
  ["allows another identity", allow({ principals: ["cluster.local/ns/sample/sa/web"] }), true],
  ["allows the identity in another trust domain", allow({ principals: ["corp/ns/istio-system/sa/ingress"] }), false],
  ["allows identities by their beginning", allow({ principals: ["cluster.local/ns/istio-system/*"] }), false],
  ["allows the client's namespace", allow({ namespaces: ["istio-*"] }), false],
  ["allows other namespaces", allow({ notNamespaces: ["istio-system"] }), true],
  ["allows the account", allow({ serviceAccounts: ["istio-system/ingress"] }), false],
  ["allows another account", allow({ serviceAccounts: ["sample/web"] }), true],
  ["allows a wider block", allow({ ipBlocks: ["10.0.0.0/8"] }), false],
  ["allows addresses, and the client's is one", allow({ ipBlocks: ["10.42.0.0/16"] }), false],
  ["allows other addresses", allow({ ipBlocks: ["10.43.0.0/16", "192.0.2.1"] }), true],
  ["allows addresses but the client's", allow({ notIpBlocks: ["10.42.0.0/16"] }), true],
  ["allows addresses of a header, of which nothing is known", allow({ remoteIpBlocks: ["192.0.2.1"] }), false],
  ["allows another port", allow({}, { ports: ["80"] }), true],
  ["allows another host", allow({}, { hosts: ["shop.example"] }), true],
  ["allows hosts by their end", allow({}, { hosts: ["*.example"] }), false],
  ["allows another path", allow({}, { paths: ["/admin"] }), true],
  ["allows paths by their beginning", allow({}, { paths: ["/he*"] }), false],
];

describe("an authorization policy in a mesh with a trust domain of its own", () => {
  it.each([
    ["cluster.local/ns/istio-system/sa/ingress", false],
    ["cluster.local/ns/istio-system/sa/*", false],
    ["cluster.local/ns/istio-system/*", true],
    ["mesh.example/ns/istio-system/sa/*", false],
    ["mesh.example/ns/istio-system/*", false],
    // May be an alias, which istiod puts in only where all five parts are there.
    ["old.example/ns/istio-system/sa/*", false],
    ["old.example/ns/istio-system/*", true],
    ["*/ns/istio-system/sa/ingress", false],
    ["*example/ns/istio-system/sa/ingress", false],
    ["mesh.example/ns/sample/sa/*", true],
  ])("that allows %s", (principal, refused) => {
    const client = { namespace: "istio-system", serviceAccount: "ingress", trustDomain: "mesh.example" };
    expect(denialOf([allow({ principals: [principal] })], pod, { ...request, client }) !== undefined).toBe(refused);
  });
});

describe("an authorization policy where the trust domain is not known", () => {
  it.each([
    ["cluster.local/ns/istio-system/sa/*", true],
    ["cluster.local/ns/istio-system/*", false],
    ["*/sa/ingress", true],
  ])("that denies %s", (principal, refused) => {
    const client = { namespace: "istio-system", serviceAccount: "ingress" };
    const one: AuthorizationPolicyFacts = { ...allow({ principals: [principal] }), action: "DENY" };
    expect(denialOf([one], pod, { ...request, client }) !== undefined).toBe(refused);
  });
});

describe("an authorization policy", () => {
  it.each(table)("that %s", (_, one, refused) => {
    expect(denialOf([one], pod, request) !== undefined).toBe(refused);
  });

  it("is enough where one of several allows, and not where one denies", () => {
    const open = policy({ name: "open", rules: [{ from: [], to: [], conditional: false }] });
    expect(denialOf([policy({}), open], pod, request)).toBeUndefined();
    expect(denialOf([{ ...open, action: "DENY" }, open], pod, request)?.kind).toBe("listed");
  });

  it("is judged for all paths below a prefix: some of them are enough", () => {
    const below = { ...request, path: { kind: "prefix", value: "/api" } } as const;
    expect(denialOf([allow({}, { paths: ["/api/v1"] })], pod, below)).toBeUndefined();
    expect(denialOf([allow({}, { paths: ["/other*"] })], pod, below)?.kind).toBe("left-out");
    expect(denialOf([{ ...allow({}, { paths: ["/api*"] }), action: "DENY" }], pod, below)?.kind).toBe("listed");
  });

  it("refuses a client without an identity wherever it asks for one", () => {
    expect(denialOf([allow({ namespaces: ["istio-system"] })], pod, { ...request, client: "none" })?.kind).toBe(
      "left-out",
    );
  });

  it("is not judged by a client that nobody knows", () => {
    expect(denialOf([allow({ namespaces: ["sample"] })], pod, { port: 5000 })).toBeUndefined();
  });
});

describe("what is decided by an address that nobody knows", () => {
  const { address: _, ...unknown } = request;

  it("names the policies that name addresses, where no other refuses the request", () => {
    const office = allow({ ipBlocks: ["192.0.2.0/24"] });
    expect(denialOf([office], pod, unknown)).toBeUndefined();
    expect(policiesByAddress([office], pod, unknown)).toEqual([office]);
    expect(
      policiesByAddress([{ ...allow({ notRemoteIpBlocks: ["192.0.2.0/24"] }), action: "DENY" }], pod, unknown),
    ).toHaveLength(1);
    expect(policiesByAddress([office, { ...allow({}), action: "DENY" }], pod, unknown)).toEqual([]);
  });

  it("is the header alone where the address of the connection is known", () => {
    expect(policiesByAddress([allow({ ipBlocks: ["10.42.0.0/16"] })], pod, request)).toEqual([]);
    expect(policiesByAddress([allow({ remoteIpBlocks: ["192.0.2.0/24"] })], pod, request)).toHaveLength(1);
  });

  it("is nothing where a policy allows from everywhere by a block", () => {
    for (const field of ["ipBlocks", "remoteIpBlocks"]) {
      expect(policiesByAddress([allow({ [field]: ["0.0.0.0/0"] })], pod, unknown)).toEqual([]);
    }
  });

  it("is nothing where a policy allows the request from everywhere, or refuses single addresses", () => {
    expect(policiesByAddress([allow({ ipBlocks: ["192.0.2.0/24"] }), allow({})], pod, unknown)).toEqual([]);
    expect(policiesByAddress([{ ...allow({ ipBlocks: ["192.0.2.1"] }), action: "DENY" }], pod, unknown)).toEqual([]);
  });
});
