import { afterAll, beforeAll, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { dropPacketsTo, passPackets } from "../e2e/node-processes.ts";
import type { Figures } from "../e2e/steady-load.ts";
import { failures, loadDuring } from "../e2e/steady-load.ts";
import { check, headOf } from "../faults/mesh.ts";
import { freshFolder, isthmus, kubectl, meshFile, writeMeshFile } from "../e2e/world.ts";

// East's network has two gateways by the mesh file: its own, and a place that swallows what comes.
let [gateway, dead, ingress] = ["", "", ""];

async function addressOf(cluster: string, service: string): Promise<string> {
  const get = ["-n", "istio-system", "get", "service", service, "-o"];
  return (await kubectl(cluster, [...get, "jsonpath={.status.loadBalancer.ingress[0].ip}"])).out.trim();
}

beforeAll(async () => {
  await isthmus(["apply", "-f", meshFile(), "--yes", "--prune", "--force-conflicts"]);
  gateway = await addressOf("east", "istio-eastwestgateway");
  ingress = await addressOf("west", "istio-ingressgateway");
  // Leads to east's node, and no load balancer has it.
  dead = gateway.replace(/\d+$/, "254");
  await dropPacketsTo("east", dead);
});

afterAll(async () => {
  await passPackets("east").catch(() => undefined);
  await isthmus(["apply", "-f", meshFile(), "--yes", "--prune", "--force-conflicts"]);
});

/** The example with all requests for v2, which east alone runs. Gives its file. */
async function apply(failover?: object): Promise<string> {
  const file = writeMeshFile(freshFolder(), (text) => {
    const mesh = parse(text) as {
      spec: {
        clusters: [object, Record<string, object>];
        services: [Record<string, object> & { routes: [{ weights: Record<string, number> }] }];
      };
    };
    mesh.spec.clusters[1]["eastWest"] = { addresses: [gateway, dead] };
    mesh.spec.services[0].routes[0].weights = { v1: 0, v2: 100 };
    if (failover !== undefined) {
      mesh.spec.services[0]["failover"] = failover;
    }
    return stringify(mesh);
  });
  const ran = await isthmus(["apply", "-f", file, "--yes", "--force-conflicts"]);
  expect(ran.err).not.toContain("error[");
  expect(ran.code).toBe(0);
  expect(ran.err.includes("ISM778")).toBe(failover === undefined);
  return file;
}

/** What becomes of requests at west's ingress in ten seconds. */
async function asked(): Promise<Figures> {
  const load = { address: ingress, hosts: ["shop.example"], perSecond: 20 };
  const { "shop.example": figures } = await loadDuring(load, async () => {}, 10);
  process.stderr.write(`${JSON.stringify(figures)}\n`);
  if (figures === undefined) {
    throw new Error("nothing was sent");
  }
  return figures;
}

it("holds requests up for seconds where the service has no failover, and is named", async () => {
  const file = await apply();
  const { sent, slow } = await asked();
  expect(slow).toBeGreaterThan(sent / 10);
  const { causes } = await check(file);
  expect(headOf(causes)).toContain("ISM622 west");
  expect(causes.find(({ code }) => code === "ISM622")?.detail).toContain(`${dead}:15443`);
});

it("is left out within seconds where it has, and costs no request", async () => {
  await apply({});
  const first = await asked();
  expect({ ...first, failed: failures(first) }).toMatchObject({ failed: 0 });
  const then = await asked();
  expect({ ...then, failed: failures(then) }).toMatchObject({ failed: 0, slow: 0 });
});
