import { expect, it } from "vitest";
import type { FieldInfo } from "../../src/core/mesh-file/field-info.ts";
import { childField, rootField } from "../../src/core/mesh-file/field-info.ts";
import { routeSettingNames } from "../../src/core/model/route-settings.ts";
import { freshFolder, isthmus, writeMeshFile } from "./world.ts";

/** Of Istio's definition, what the mesh file leaves out: deprecated, or never carried out by Istio. */
const leftOut = [
  "corsPolicy.allowOrigin",
  "fault.abort.http2Error",
  "fault.delay.exponentialDelay",
  "fault.delay.percent",
];

interface Definition {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: { readonly versions: readonly [{ readonly schema: { readonly openAPIV3Schema: FieldInfo } }] };
}

/** The names of all fields below a field, with dots. */
function namesBelow(field: FieldInfo | undefined, path: string): readonly string[] {
  const values = field?.additionalProperties;
  return [
    ...Object.entries(field?.properties ?? {}).flatMap(([name, inner]) => {
      const place = path === "" ? name : `${path}.${name}`;
      return [place, ...namesBelow(inner, place)];
    }),
    ...(field?.items === undefined ? [] : namesBelow(field.items, path)),
    ...(values === undefined || values === false ? [] : namesBelow(values, path)),
  ];
}

function at(field: FieldInfo, ...names: readonly string[]): FieldInfo | undefined {
  return names.reduce<FieldInfo | undefined>((found, name) => {
    const child = childField(found, name);
    return child?.items ?? child;
  }, field);
}

it("takes the settings of a route that VirtualServices of the newest Istio have, and no others", async () => {
  const file = writeMeshFile(freshFolder(), (text) => text);
  const ran = await isthmus(["render", "-f", file, "--cluster", "west", "-o", "json"]);
  const { clusters } = JSON.parse(ran.out) as { readonly clusters: { readonly west: readonly Definition[] } };
  const definition = clusters.west.find(({ metadata }) => metadata.name === "virtualservices.networking.istio.io");
  const schema = definition?.spec.versions[0].schema.openAPIV3Schema;
  const http = schema === undefined ? undefined : at(schema, "spec", "http");
  const route = at(rootField(), "spec", "services", "routes");
  for (const name of routeSettingNames) {
    const istio = namesBelow(http?.properties?.[name], name);
    expect(http?.properties, "Istio's definition").toHaveProperty(name);
    expect(namesBelow(route?.properties?.[name], name).toSorted()).toEqual(
      istio.filter((one) => !leftOut.includes(one)).toSorted(),
    );
  }
});
