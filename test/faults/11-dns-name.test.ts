import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, it } from "vitest";
import { freshFolder } from "../e2e/world.ts";
import { change, expectCause, heal, standMesh } from "./standing-mesh.ts";

beforeAll(async () => standMesh());

const folder = freshFolder();
afterAll(async () => {
  // An apply waits for endpoints behind this gateway: what this file has broken must not hold up the next.
  await change("east", ["delete", ...service, "--ignore-not-found"]);
  rmSync(folder, { recursive: true, force: true });
});

const service = ["-n", "istio-system", "service", "istio-eastwestgateway"];

interface Service {
  readonly metadata: { readonly labels: object };
  readonly spec: { readonly ports: readonly { readonly nodePort?: number }[]; readonly selector: object };
}

it("names an east-west gateway whose DNS name does not resolve; an IP address heals it", async () => {
  const before = JSON.parse(await change("east", ["get", ...service, "-o", "json"])) as Service;
  const file = path.join(folder, "service.json");
  // A load balancer of another class, which announces names as those of AWS do; the sandbox's own leaves it alone.
  const replacement = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "istio-eastwestgateway", namespace: "istio-system", labels: before.metadata.labels },
    spec: {
      type: "LoadBalancer",
      loadBalancerClass: "load-balancers.mesh.example/named",
      selector: before.spec.selector,
      ports: before.spec.ports.map(({ nodePort: _assigned, ...port }) => port),
    },
  };
  writeFileSync(file, JSON.stringify(replacement));
  await change("east", ["delete", ...service]);
  await change("east", ["create", "-f", file]);
  const status = { status: { loadBalancer: { ingress: [{ hostname: "eastwest.mesh.invalid" }] } } };
  await change("east", ["patch", ...service, "--subresource=status", "--type=merge", "-p", JSON.stringify(status)]);
  await expectCause("ISM438", "west");
  await change("east", ["delete", ...service]);
  await heal();
});
