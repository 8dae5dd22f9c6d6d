import { rmSync } from 'node:fs';
import path from 'node:path';
import { endWithReader } from '../cli/end-with-reader.ts';
import { bundleFunctions } from './bundle-functions.ts';

endWithReader();
const root = path.resolve(import.meta.dirname, '..');
const outDir = path.join(root, 'dist', 'functions');
rmSync(outDir, { recursive: true, force: true });
for (const { name, bytes, clients } of await bundleFunctions(root, outDir)) {
  const short = clients.map((client) => client.replace('@aws-sdk/client-', '')).join(', ');
  console.log(`${name.padEnd(36)} ${(bytes / 1024).toFixed(0).padStart(5)} KiB  ${short}`);
}
