import { expect, it } from "vitest";
import { parseMesh } from "../mesh-file/parse.ts";
import { meshWithRoutes } from "../testing/mesh-with-routes.ts";
import { adviseWildcardGateways } from "./wildcard-gateways.ts";

function route(name: string, gateway: string, host: string, more = ""): string {
  return `{ name: ${name}, gateway: ${gateway}, hosts: ["${host}"], weights: { v1: 100 }${more} }`;
}

const secured = (secret: string): string => `, tls: { secretName: ${secret} }`;
const published = ", dns: { via: externalDns }";
const exact = (path: string): string => `, match: { exact: ${path} }`;

it.each<[string, readonly string[], readonly string[]]>([
  [
    "over TLS by a certificate of its own",
    [route("all", "g", "*.a.example", secured("s")), route("own", "g", "b.a.example", secured("t"))],
    ["ISM781"],
  ],
  [
    "at a Gateway that external-dns reads",
    [route("all", "g", "*.a.example", published), route("own", "g", "b.a.example")],
    ["ISM781"],
  ],
  [
    "with a wildcard, which the Gateway names alone",
    [route("all", "g", "*.a.example"), route("own", "g", "b.a.example")],
    [],
  ],
  [
    "with the wildcard's certificate",
    [route("all", "g", "*.a.example", secured("s")), route("own", "g", "b.a.example", secured("s"))],
    [],
  ],
  ["at another Gateway", [route("all", "g", "*.a.example", published), route("own", "h", "b.a.example")], []],
  ["for another host", [route("all", "g", "*.a.example", published), route("own", "g", "a.example")], []],
  [
    "for other requests",
    [route("all", "g", "*.a.example", exact("/x") + published), route("own", "g", "b.a.example", exact("/y"))],
    [],
  ],
])(
  "a host with a route of its own is told of where requests may go by an older route: %s",
  (_name, routes, expected) => {
    const { mesh, diagnostics, locate } = parseMesh(meshWithRoutes(...routes), "mesh.yaml");
    if (mesh === undefined) {
      throw new Error(JSON.stringify(diagnostics));
    }
    const found = adviseWildcardGateways(mesh, locate);
    expect(found.map(({ code }) => code)).toEqual(expected);
    expect(found.every(({ range }) => range !== undefined)).toBe(true);
  },
);
