import { readdirSync } from 'node:fs';
import path from 'node:path';
import { type BuildResult, build } from 'esbuild';
import { shakeableSchemas } from './shakeable-schemas.ts';

/** A bundled function, by room and name: the SDK clients in it, by package name, and its size in bytes. */
export interface Bundle {
  readonly name: string;
  readonly file: string;
  readonly bytes: number;
  readonly clients: readonly string[];
}

/**
 * Bundles every `functions/<room>/<function>/handler.ts` with its SDK clients into `<outDir>/<room>/<function>/index.mjs`.
 *
 * The clients are bundled, and not taken from the Lambda runtime, because the runtime's SDK version varies: it may lack
 * members that this code reads.
 */
export async function bundleFunctions(root: string, outDir: string): Promise<Bundle[]> {
  const names = foldersIn(path.join(root, 'functions')).flatMap((room) =>
    foldersIn(path.join(root, 'functions', room)).map((name) => `${room}/${name}`),
  );
  const result = await build({
    absWorkingDir: root,
    entryPoints: names.map((name) => ({ in: `functions/${name}/handler.ts`, out: `${name}/index` })),
    outdir: outDir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    sourcemap: true,
    sourcesContent: false,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    mainFields: ['module', 'main'],
    alias: { '@aws-sdk/credential-provider-node': path.join(root, 'build', 'lambda-credentials.ts') },
    plugins: [shakeableSchemas],
    // CommonJS packages inside an ES module bundle call require.
    banner: {
      js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);",
    },
    metafile: true,
    logLevel: 'warning',
  });
  return names.map((name) => describeBundle(result, root, outDir, name));
}

function foldersIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

function describeBundle(
  { metafile }: BuildResult<{ metafile: true }>,
  root: string,
  outDir: string,
  name: string,
): Bundle {
  const file = path.join(outDir, name, 'index.mjs');
  const output = metafile.outputs[path.relative(root, file)];
  if (!output) throw new Error(`esbuild wrote no bundle for ${name}`);
  const clients = new Set<string>();
  for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
    const client = /node_modules\/(@aws-sdk\/client-[a-z0-9-]+)\//.exec(input)?.[1];
    if (client && bytesInOutput > 0) clients.add(client);
  }
  return { name, file, bytes: output.bytes, clients: [...clients].sort() };
}
