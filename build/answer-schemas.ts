import { writeFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { answerParts, answers } from '../cli/answers.ts';
import { schemaFileOf } from '../cli/command-document.ts';
import { commands } from '../cli/command-table.ts';

/** A file with the JSON Schema of a command's answer. */
export interface AnswerSchema {
  readonly command: string;
  readonly file: string;
  readonly text: string;
}

/** The JSON Schema (draft 2020-12) of every answer, as it should be published. */
export function answerSchemas(): AnswerSchema[] {
  const parts = z.registry<{ id: string }>();
  for (const [id, part] of Object.entries(answerParts)) parts.add(part, { id });
  return Object.entries(answers).map(([command, answer]) => {
    const { $schema, ...schema } = z.toJSONSchema(answer, {
      metadata: parts,
      override: ({ zodSchema, jsonSchema }) => {
        const described = z.globalRegistry.get(zodSchema)?.description;
        if (described !== undefined) jsonSchema.description ??= described;
        // An answer may get further members: a schema in use elsewhere has to accept them.
        if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
        if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
        if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
        // The format already demands it.
        if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
      },
    });
    const summary = commands.find(({ name }) => name === command)?.summary;
    const published = {
      $schema,
      title: `rollback-coordinator ${command} --json`,
      ...(summary && { description: `The command ${summary}.` }),
      ...schema,
    };
    return { command, file: schemaFileOf(command), text: `${JSON.stringify(published, null, 2)}\n` };
  });
}

/** Puts the schema into its file. */
export function writeAnswerSchema(root: string, { file, text }: AnswerSchema): void {
  writeFileSync(path.join(root, file), text);
}
