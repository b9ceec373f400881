import { meshLabel } from "../../core/render/names.ts";
import type { RancherState } from "../clusters/rancher-link.ts";
import type { TokenEnds } from "../facts/token-ends.ts";

/** The ends of the tokens that Rancher made for the mesh; empty without Rancher, and for a user without the right to list tokens. */
export async function readTokenEnds(mesh: string, rancher: RancherState, signal: AbortSignal): Promise<TokenEnds> {
  if (rancher.kind !== "linked") {
    return {};
  }
  try {
    const tokens = await rancher.link.client.listTokens({ [meshLabel]: mesh }, signal);
    return Object.fromEntries(
      tokens.flatMap((token) => (token.expiresAt === undefined ? [] : [[token.name, token.expiresAt.toISOString()]])),
    );
  } catch {
    signal.throwIfAborted();
    return {};
  }
}
