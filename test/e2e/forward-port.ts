import { spawn } from "node:child_process";
import { enginesKubectl } from "./world.ts";

/**
 * Runs `use` with a port of this machine that kubectl leads to a port of a
 * workload: `forwardPort([...options, "deploy/coredns", ":8181"], …)`. Ends kubectl afterwards.
 */
export async function forwardPort<Result>(
  args: readonly string[],
  use: (port: string) => Promise<Result>,
): Promise<Result> {
  const forward = spawn(enginesKubectl(), ["port-forward", ...args]);
  try {
    const port = await new Promise<string>((resolve, reject) => {
      forward.stdout.on("data", (data: Buffer) => {
        const found = /127\.0\.0\.1:(\d+)/.exec(data.toString())?.[1];
        if (found !== undefined) {
          resolve(found);
        }
      });
      forward.on("exit", () => reject(new Error("port-forward ended")));
    });
    return await use(port);
  } finally {
    forward.kill();
  }
}
