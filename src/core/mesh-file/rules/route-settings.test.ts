import { describe, expect, it } from "vitest";
import { meshWithRoutes } from "../../testing/mesh-with-routes.ts";
import { parseMesh } from "../parse.ts";

/** The codes and fields of what is wrong with one route of these fields, beside name, gateway and hosts. */
function findings(fields: string, version = "1.31.0"): readonly string[] {
  const text = meshWithRoutes(`{ name: r, gateway: g, hosts: [a.example], ${fields} }`).replace(
    "spec:\n",
    `spec:\n  istio: { version: ${version} }\n`,
  );
  return parseMesh(text, "mesh.yaml").diagnostics.map(
    ({ code, range }) => `${code} ${range?.lineText.slice(range.start.column - 1, range.end.column - 1)}`,
  );
}

const weights = "weights: { v1: 100 }";

describe("Istio's settings of a route", () => {
  it.each([
    [`${weights}, timeout: 1s, retries: { attempts: 2, perTryTimeout: 1500ms }`],
    [`${weights}, timeout: 1m30s, retries: { attempts: 2, perTryTimeout: 500ms, retryOn: "5xx,reset" }`],
    [`${weights}, mirror: { host: s, subset: v2 }, mirrorPercentage: { value: 0.5 }`],
    [`${weights}, mirror: { host: elsewhere.other.svc.cluster.local, subset: v9 }`],
    [`${weights}, fault: { abort: { grpcStatus: UNAVAILABLE, percentage: { value: 1 } } }`],
    [`${weights}, rewrite: { uri: /b, authority: c.example }, corsPolicy: { allowOrigins: [{ exact: "https://d" }] }`],
    ["redirect: { scheme: https }, headers: { response: { set: { X-Moved: please } } }, corsPolicy: { maxAge: 1m30s }"],
    ["match: { prefix: /a }, redirect: { prefixRewrite: /b, redirectCode: 308 }"],
    ["redirect: { authority: 'b.example:81' }"],
    ["redirect: { authority: b.example, port: 82 }"],
  ])("hold together: %s", (fields) => {
    expect(findings(fields)).toEqual([]);
  });

  it.each([
    ["timeout", "timeout: 3s"],
    ["retries", "retries: { attempts: 1 }"],
    ["mirror", "mirror: { host: s }"],
    ["rewrite", "rewrite: { uri: /a }"],
    ["fault", "fault: { delay: { fixedDelay: 1s, percentage: { value: 1 } } }"],
    ["weights", weights],
  ])("leave no %s beside a redirect, which reaches no version", (field, text) => {
    expect(findings(`redirect: { uri: /b }, ${text}`)).toEqual([`ISM546 ${field}`]);
  });

  it.each([
    ["timeout: 3s", "ISM105"],
    [`${weights}, mirrorPercentage: { value: 1 }`, "ISM546"],
    [`${weights}, retries: { attempts: 0, perTryTimeout: 1s }`, "ISM546"],
    [`${weights}, retries: { attempts: 2147483648 }`, "ISM117"],
    [`${weights}, fault: {}`, "ISM546"],
    [`${weights}, fault: { delay: { fixedDelay: 1s } }`, "ISM105"],
    [`${weights}, fault: { abort: { percentage: { value: 1 } } }`, "ISM119"],
    [`${weights}, rewrite: {}`, "ISM546"],
    [`${weights}, mirror: { host: s.n, subset: v3 }`, "ISM549"],
    [`${weights}, timeout: 500us`, "ISM114"],
    [`${weights}, corsPolicy: { maxAge: 500ms }`, "ISM114"],
    [`${weights}, corsPolicy: { maxAge: 1.5s }`, "ISM114"],
    [`${weights}, headers: { request: { add: { "a b": c } } }`, "ISM113"],
    [`${weights}, headers: { request: { set: { X-A: b }, remove: [x-b, x-a] } }`, "ISM546"],
    [`${weights}, headers: { response: { set: { a: b }, remove: [a] } }`, "ISM546"],
    ["redirect: { redirectCode: 301 }", "ISM546"],
    ["redirect: { port: 1, derivePort: FROM_REQUEST_PORT }", "ISM546"],
    ["redirect: { authority: 'b.example:81', port: 82 }", "ISM546"],
    ["redirect: { authority: 'b.example:81', derivePort: FROM_REQUEST_PORT }", "ISM546"],
    ["match: { regex: /a.* }, redirect: { prefixRewrite: /b }", "ISM546"],
    ["redirect: { uri: /b, redirectCode: 304 }", "ISM118"],
    [`${weights}, retry: { attempts: 1 }`, "ISM102"],
  ])("are refused where Istio refuses them or they would do nothing: %s", (fields, code) => {
    expect(findings(fields).map((one) => one.slice(0, 6))).toEqual([code]);
  });

  it.each([
    ["rewrite: { uriRegexRewrite: { match: a, rewrite: b } }", "uriRegexRewrite", "1.18.7", "1.19.0"],
    ["corsPolicy: { unmatchedPreflights: FORWARD }", "unmatchedPreflights", "1.22.8", "1.23.0"],
    ["retries: { attempts: 1, backoff: 1s }", "backoff", "1.25.5", "1.26.0"],
  ])("are those of the mesh's release: %s", (fields, name, older, first) => {
    expect(findings(`${weights}, ${fields}`, older)).toEqual([`ISM547 ${name}`]);
    expect(findings(`${weights}, ${fields}`, first)).toEqual([]);
  });
});
