import path from 'node:path';
import { endWithReader } from '../cli/end-with-reader.ts';
import { answerSchemas, writeAnswerSchema } from './answer-schemas.ts';
import { drawnSections, writeSection } from './drawn-sections.ts';

/**
 * `npm run draw`: writes the generated parts of documents, from the template and the table of commands, and the schemas of
 * the commands' answers.
 */
endWithReader();
const root = path.resolve(import.meta.dirname, '..');
for (const section of await drawnSections(root)) {
  writeSection(root, section);
  console.log(`${section.file}: ${section.name}`);
}
for (const schema of answerSchemas()) {
  writeAnswerSchema(root, schema);
  console.log(schema.file);
}
