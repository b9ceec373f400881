import { readFileSync } from "node:fs";
import path from "node:path";
import type { Figure } from "./measure.ts";
import { median, timed } from "./measure.ts";

export interface ScriptBench {
  readonly program: string;
  readonly file: string;
  readonly env: NodeJS.ProcessEnv;
  readonly instance: string;
  /** For the exported files that the scripts compare the clusters with. */
  readonly folder: string;
}

interface State {
  readonly kubeconfig: string;
  readonly clusters: readonly { readonly name: string; readonly context: string }[];
}

const runs = 3;

/**
 * A plan without changes and a check, each beside a script that does the like
 * with the tools that come with Kubernetes and Istio, cluster after cluster:
 * `istioctl manifest generate` and `kubectl diff --server-side` of every
 * object; `istioctl analyze`, `remote-clusters` and `proxy-status`.
 */
export async function benchBesideScripts(bench: ScriptBench): Promise<readonly Figure[]> {
  const { program, file, env, folder } = bench;
  const exported = path.join(folder, "exported");
  await timed(program, ["export", "-f", file, "--format", "yaml", exported], env);
  const status = await timed(program, ["sandbox", "status", "--instance", bench.instance, "-o", "json"], env);
  const { kubeconfig, clusters } = JSON.parse(status.out) as State;
  const tools = path.dirname(/istioctl: (\S+)/.exec(readFileSync(kubeconfig, "utf8"))?.[1] ?? "");
  const scripted = { ...env, PATH: `${tools}:${env["PATH"] ?? ""}`, KUBECONFIG: kubeconfig };
  const script = (lines: (cluster: State["clusters"][number]) => string): string =>
    ["set -u", ...clusters.map(lines)].join("\n");
  // Exit code 1 of kubectl diff says that something differs: Istio writes to its webhooks, and Secrets are not exported.
  const plan = script(
    ({ name, context }) => `
      istioctl manifest generate --context ${context} --set profile=demo >${folder}/generated.yaml
      kubectl diff --context ${context} --server-side --force-conflicts --field-manager isthmus -R -f ${exported}/${name} >${folder}/diff.txt
      [ $? -le 1 ] || exit 2`,
  );
  const check = script(
    ({ context }) => `
      istioctl analyze --context ${context} -A >${folder}/analyze.txt 2>&1 || [ $? -eq 79 ] || exit 2
      istioctl remote-clusters --context ${context} >${folder}/remote.txt || exit 2
      istioctl proxy-status --context ${context} >${folder}/proxies.txt || exit 2`,
  );
  const seconds = async (command: string, args: readonly string[], own: NodeJS.ProcessEnv): Promise<number> =>
    median(runs, async () => (await timed(command, args, own)).seconds);
  return [
    {
      name: "plan without changes",
      value: await seconds(program, ["plan", "-f", file], env),
      unit: "s",
      goal: 2,
      beside: { name: "istioctl and kubectl diff", value: await seconds("bash", ["-c", plan], scripted) },
    },
    {
      name: "check",
      value: await seconds(program, ["check", "-f", file], env),
      unit: "s",
      goal: 3,
      beside: {
        name: "istioctl analyze, remote-clusters, proxy-status",
        value: await seconds("bash", ["-c", check], scripted),
      },
    },
  ];
}
