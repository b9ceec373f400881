import { expect } from "vitest";
import type { Ran } from "../e2e/world.ts";
import { environment, freshFolder, isthmus } from "../e2e/world.ts";
import type { RancherWorld } from "./rancher-world.ts";
import { rancherBefore, writeRancherMesh } from "./rancher-world.ts";

/** The mesh of two clusters behind Rancher that files of this folder share. */
export interface RancherMesh {
  readonly world: RancherWorld;
  /** Where its mesh file is, and what a test keeps beside it. */
  readonly folder: string;
  /** Writes the mesh file again; `change` edits examples/rancher.yaml. */
  write(change: (text: string) => string): void;
  /** Runs a command with the mesh file. */
  run(...args: readonly string[]): Promise<Ran>;
}

/** This mesh is installed by Istio's charts; those of test/e2e are by istioctl. */
export function byHelm(text: string): string {
  return text.replace("  access:", "  istio: { install: helm }\n\n  access:");
}

/** What lets istiod read other clusters by service accounts, where Rancher's proxy lets them through. */
export function byServiceAccounts(text: string): string {
  return byHelm(text).replace("credentials: rancherToken", "credentials: serviceAccount");
}

/** The mesh file of this world, in a folder of its own; nothing is applied. */
export async function rancherMesh(): Promise<RancherMesh> {
  const world = await rancherBefore();
  const folder = freshFolder();
  const file = writeRancherMesh(world, folder, byHelm);
  return {
    world,
    folder,
    write: (change) => writeRancherMesh(world, folder, change),
    run: async (...args) => isthmus([...args, "-f", file], { env: environment() }),
  };
}

/** The same, applied: a second's work where the file before has left it standing. */
export async function standRancherMesh(): Promise<RancherMesh> {
  const mesh = await rancherMesh();
  const ran = await mesh.run("apply", "--yes", "--prune", "--force-conflicts");
  expect(ran.err).not.toContain("error[");
  expect(ran.code).toBe(0);
  return mesh;
}

interface KubeSecret {
  readonly data: Readonly<Record<string, string>>;
}

/** What the istiod of one cluster signs in with at another. */
export async function remoteKubeconfig(world: RancherWorld, reader: string, remote: string): Promise<string> {
  const answer = await world.kube(
    world.id(reader),
    `/api/v1/namespaces/istio-system/secrets/istio-remote-secret-${remote}`,
  );
  const { data } = answer.json as unknown as KubeSecret;
  return Buffer.from(data[remote] ?? "", "base64").toString("utf8");
}

interface Token {
  readonly id: string;
  readonly description: string;
  readonly clusterId: string | null;
}

/** The tokens that Rancher made for the mesh. */
export async function meshTokens(world: RancherWorld): Promise<readonly Token[]> {
  const { json } = await world.ask("/v3/tokens");
  return (json["data"] as readonly Token[]).filter((token) => token.description.includes("mesh rancher"));
}
