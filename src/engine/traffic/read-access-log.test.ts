import { expect, it } from "vitest";
import { parseAccessLog } from "./read-access-log.ts";

const ours = "isthmus-verify/1234";
const text = (status: string, cluster: string, agent = ours): string =>
  `[2026-11-29T09:23:49.565Z] "GET /hello HTTP/1.1" ${status} - "-" 0 60 2 2 "10.42.0.1" "${agent}" "6075817d" "172.30.17.1" "172.30.18.2:15443" ${cluster} 10.42.0.8:32852 10.42.0.8:8080 10.42.0.1:62360 - -`;

it("finds our requests in Istio's text format, one line each, and where each went", () => {
  const log = [
    text("200 - via_upstream", "outbound|80|v2|web.shop.svc.cluster.local"),
    text("503 UH no_healthy_upstream", "outbound|80|v1|web.shop.svc.cluster.local"),
    text("404 NR route_not_found", "-"),
    text("200 - via_upstream", "outbound|80|v1|web.shop.svc.cluster.local", "curl/7.88.1"),
    "2026-11-29T09:23:49Z info Envoy proxy is ready",
  ].join("\n");
  expect(parseAccessLog(log, ours)).toEqual([
    { version: "v2", host: "web.shop.svc.cluster.local", flags: "", details: "via_upstream" },
    { version: "v1", host: "web.shop.svc.cluster.local", flags: "UH", details: "no_healthy_upstream" },
    { version: undefined, host: undefined, flags: "NR", details: "route_not_found" },
  ]);
});

it("finds them in the JSON format", () => {
  const line = JSON.stringify({
    user_agent: ours,
    response_code: 503,
    response_flags: "UF,URX",
    response_code_details: "upstream_reset",
    upstream_cluster: "outbound|80|v1|web.shop.svc.cluster.local",
  });
  expect(parseAccessLog(line, ours)).toEqual([
    { version: "v1", host: "web.shop.svc.cluster.local", flags: "UF,URX", details: "upstream_reset" },
  ]);
});
