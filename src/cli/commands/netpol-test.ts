import { defineMeshCommand } from "../command-line/command.ts";
import { fileOption, outputOption, portOption, protocolOption } from "../command-line/options.ts";

/** `isthmus netpol test` */
export const netpolTestCommand = defineMeshCommand({
  name: "test",
  summary: "Says whether NetworkPolicies let a connection come about",
  description:
    "Both ends are judged, and every hop: to a pod in another network the way goes over the east-west gateway of its cluster. To a Service, the ways to all pods behind it are judged, in every cluster that has it. Exit code 0 for yes, 3 for no, also where one of several ways is closed or policies of other kinds may decide, 69 when a cluster that may have such pods does not answer.",
  examples: [
    {
      command: "isthmus netpol test --from sample/curl --to sample/helloworld --port 5000",
      does: "to all pods of a Service, in all clusters",
    },
    {
      command: "isthmus netpol test --from west/sample/curl --to east/sample/helloworld-v2 --port 5000",
      does: "to a pod of another cluster",
    },
    {
      command: "isthmus netpol test --cluster west --from sample/curl --to 203.0.113.7 --port 53 --protocol UDP",
      does: "to an address",
    },
  ],
  options: {
    file: fileOption,
    from: {
      kind: "text",
      value: "NS/POD",
      summary: "The pod that connects, or what its name begins with",
      group: "Target",
    },
    to: {
      kind: "text",
      value: "NS/NAME|IP",
      summary: "The pod, Service or address that it connects to",
      group: "Target",
    },
    port: portOption,
    protocol: protocolOption,
    cluster: {
      kind: "text",
      value: "NAME",
      summary: "The cluster of --from, where several have such a pod",
      group: "Target",
    },
    output: outputOption,
  },
  run: async (args, context) => {
    const [{ runNetpolTest }, { netpolTestView }] = await Promise.all([
      import("../handlers/netpol-test.ts"),
      import("../views/netpol-test.ts"),
    ]);
    return runNetpolTest(args, netpolTestView(args.output, context), context);
  },
});
