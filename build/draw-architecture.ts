import path from 'node:path';
import { endWithReader } from '../cli/end-with-reader.ts';
import { drawnSections, writeSection } from './drawn-sections.ts';

/** `npm run draw`: writes the pictures and tables that the documents take from the template. */
endWithReader();
const root = path.resolve(import.meta.dirname, '..');
for (const section of await drawnSections(root)) {
  writeSection(root, section);
  console.log(`${section.file}: ${section.name}`);
}
