import { describe, expect, it } from "vitest";
import { runIsthmus } from "./testing/run-isthmus.ts";

describe("help", () => {
  it("is what isthmus alone prints", async () => {
    const [alone, asked, word] = await Promise.all([runIsthmus(""), runIsthmus("--help"), runIsthmus("help")]);
    expect(alone.code).toBe(0);
    expect(alone.out).toContain("Usage: isthmus COMMAND [options]");
    expect(asked).toEqual(alone);
    expect(word).toEqual(alone);
  });

  it("shows examples first, then usage, arguments and options by group", async () => {
    const { out, code } = await runIsthmus("help validate");
    expect(code).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "Finds all problems of a mesh file and its manifests, offline.

      Examples:
        isthmus validate                            # ./mesh.yaml
        isthmus validate -f prod/mesh.yaml -o json  # for scripts and editors
        generate-mesh | isthmus validate -f -       # what comes from a pipe

      Usage: isthmus validate [options]

      Every problem is shown in one run, with file, line, column, a stable code and a
      fix, also those of the services' manifests. Asks no cluster. What is valid but
      cannot be done by this version is a warning. Exit code 65 when the file has
      errors.

      Target:
        -f, --file FILE                 The mesh file; - is stdin (default: mesh.yaml)

      Output:
        -o, --output table|json         How to print the result (default: table)

      Global:
            --color auto|always|never   When to use colour (default: auto)
        -v, --verbose                   Say more, with stack traces of unexpected
                                        errors
        -q, --quiet                     No progress and no remarks, only results and
                                        problems
            --kubeconfig FILE           The kubeconfig file to read before KUBECONFIG
                                        and ~/.kube/config
            --cluster-timeout DURATION  How long each look at a cluster may take,
                                        before it counts as one that does not answer
        -h, --help                      Show this help
      "
    `);
  });

  it("is the same by help and by -h, also for a command below a noun", async () => {
    const [word, flag] = await Promise.all([runIsthmus("help sandbox up"), runIsthmus("sandbox up -h")]);
    expect(word.out).toContain("Usage: isthmus sandbox up [options]");
    expect(flag).toEqual(word);
  });

  it("does not show what only the program itself calls", async () => {
    const { out } = await runIsthmus("help sandbox");
    expect(out).toMatch(/^ +up /m);
    expect(out).not.toMatch(/^ +node /m);
  });

  it("explains exit codes", async () => {
    const { out } = await runIsthmus("help exit-codes");
    expect(out).toMatchInlineSnapshot(`
      "CODE  MEANS
      0     done, or nothing to do
      1     failed, or answered with no
      2     there are changes (plan --detailed-exitcode)
      3     verify found something that is not as asked
      4     some clusters are done and others are not; run the same command again
      64    wrong usage of the command line
      65    the mesh file has errors
      69    a cluster does not answer
      75    locked or in conflict with somebody else's change; try again
      130   interrupted (Ctrl-C)
      "
    `);
  });

  it("knows nothing about other words", async () => {
    const { err, code } = await runIsthmus("help sandbox upp");
    expect(code).toBe(64);
    expect(err).toContain(
      "error[ISM010] No help under this name\nThere is no help for sandbox upp.\nfix: Did you mean sandbox up?",
    );
    const beyond = await runIsthmus("help apply west");
    expect(beyond.code).toBe(64);
    expect(beyond.err).toContain("fix: `isthmus help apply` shows that command with all of its arguments.");
  });
});

describe("wrong usage", () => {
  it.each(["nonsense --help", "sandbox nonsense --help", "help nonsense", "-h nonsense"])(
    "is told of an unknown command that help is asked for: %s",
    async (line) => {
      const ran = await runIsthmus(line);
      expect(ran.code).toBe(64);
      expect(ran.out).toBe("");
      expect(ran.err).toContain("nonsense.");
    },
  );

  it("is told on stderr, with a suggestion, and ends with 64", async () => {
    const ran = await runIsthmus("apply --tiemout 5m");
    expect(ran.code).toBe(64);
    expect(ran.out).toBe("");
    expect(ran.err).toMatchInlineSnapshot(`
      "error[ISM002] Unknown option
      isthmus apply has no option --tiemout.
      fix: Did you mean --timeout?

      "
    `);
  });

  it("is in colour when that is asked for, whatever else is wrong", async () => {
    const { err } = await runIsthmus("aply --color always");
    expect(err).toContain("\u001B[31merror[ISM001]\u001B[39m");
  });
});

describe("colour", () => {
  it("is there on a terminal", async () => {
    const { out } = await runIsthmus("explain ISM001", { tty: true, env: { TERM: "xterm" } });
    expect(out).toContain("\u001B[");
  });

  it.each([
    ["NO_COLOR", "explain ISM001", { NO_COLOR: "1" }],
    ["a dumb terminal", "explain ISM001", { TERM: "dumb" }],
    ["--color never", "explain ISM001 --color never", { TERM: "xterm" }],
  ])("is not there with %s", async (_, line, env) => {
    const { out } = await runIsthmus(line, { tty: true, env });
    expect(out).not.toContain("\u001B");
  });
});

describe("version", () => {
  it("is the same as a command and as a flag", async () => {
    const [command, flag] = await Promise.all([runIsthmus("version"), runIsthmus("--version")]);
    expect(command.out).toMatch(/^isthmus \d+\.\d+\.\d+\n$/);
    expect(flag).toEqual(command);
  });

  it("is one JSON document with -o json, also after the flag", async () => {
    const { out } = await runIsthmus("--color never --version -o json");
    expect(JSON.parse(out)).toMatchObject({
      apiVersion: "isthmus.dev/v1alpha1",
      kind: "Version",
      node: process.versions.node,
    });
  });
});

describe("explain", () => {
  it("tells about a field, from the top or below spec", async () => {
    const [short, long] = await Promise.all([
      runIsthmus("explain clusters.network"),
      runIsthmus("explain spec.clusters.network"),
    ]);
    expect(short.code).toBe(0);
    expect(short.out).toContain("spec.clusters[].network");
    expect(long).toEqual(short);
  });

  it("tells about a code, in any case", async () => {
    const { out } = await runIsthmus("explain ism007");
    expect(out).toMatchInlineSnapshot(`
      "ISM007  Nobody can be asked

      Commands that change something show what they would do and ask. Here nobody can answer, because stdin or stderr is not a terminal, so nothing was changed. With --yes the command does not ask; use it in scripts and pipelines, after a look at the plan.
      "
    `);
  });

  it("suggests the field that was meant", async () => {
    const { err, code } = await runIsthmus("explain clusters.netwrok");
    expect(code).toBe(64);
    expect(err).toContain("fix: Did you mean spec.clusters.network?");
  });

  it("knows that there is no such code", async () => {
    const { err, code } = await runIsthmus("explain ISM999");
    expect(code).toBe(64);
    expect(err).toContain("There is no code ISM999.");
  });
});

describe("schema", () => {
  it("is one JSON document", async () => {
    const { out, code } = await runIsthmus("schema");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ type: "object", properties: { spec: { type: "object" } } });
  });
});

it("prints fixes whose commands take the mesh file and the kubeconfig that were given", async () => {
  const usual = await runIsthmus("route explain");
  expect(usual.err).toContain("isthmus route explain SERVICE");
  const { err } = await runIsthmus("route explain -f prod/mesh.yaml --kubeconfig k.yaml");
  expect(err).toContain("isthmus route explain -f prod/mesh.yaml --kubeconfig k.yaml SERVICE");
});
