// Bundled and run by bundle.test.ts. The work is imported late, as commands do it.
async function probe(): Promise<void> {
  const { issueRoot } = await import("../../src/pki/certificate-authority.ts");
  const { inspectCertificate } = await import("../../src/pki/inspect.ts");
  const { parseMesh } = await import("../../src/core/mesh-file/parse.ts");

  const root = await issueRoot("probe", new Date());
  const { diagnostics } = parseMesh("kind: Mesh", "mesh.yaml");
  process.stdout.write(JSON.stringify({ root: inspectCertificate(root.certificate), problems: diagnostics.length }));
}

void probe();
