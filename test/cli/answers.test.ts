import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ZodObject } from 'zod';
import { type AnsweringCommand, answers } from '../../cli/answers.ts';
import { commands } from '../../cli/command-table.ts';
import { problemsOfAnswer } from './run-command.ts';

it('every command that answers as JSON has a schema, with the members that the table of commands names', () => {
  const named = commands.flatMap(({ name, json }) => (json ? [[name, [...json].sort()]] : []));
  const required = Object.entries<ZodObject>(answers).map(([name, { shape }]) => [
    name,
    Object.keys(shape)
      .filter((member) => !shape[member]?.safeParse(undefined).success)
      .sort(),
  ]);
  expect(Object.fromEntries(required)).toEqual(Object.fromEntries(named));
});

it('every test runs commands where their answers are checked', () => {
  const folders = ['test', 'packages/rehearsal', 'packages/account-simulator'];
  const unchecked = folders
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
    )
    .filter((file) => /\.ts$/.test(file) && !file.includes('node_modules'))
    .filter((file) => /from '[^']*\/cli\/run-cli\.ts'/.test(readFileSync(file, 'utf8')));
  expect(unchecked).toEqual(['test/cli/run-command.ts']);
});

describe.each<[AnsweringCommand, object]>([
  ['may-deploy', { service: 'orders', mayDeploy: true, reason: 'stack shop-orders is CREATE_COMPLETE.' }],
  ['holds', { onHold: [] }],
])('an answer of %s', (command, answer) => {
  it('matches its schema', () => {
    expect(problemsOfAnswer(command, answer)).toEqual([]);
  });

  it('does not match with a member that the schema does not have', () => {
    expect(problemsOfAnswer(command, { ...answer, more: 1 })).toEqual([
      expect.stringContaining('Unrecognized key: "more"'),
    ]);
  });

  it.each(Object.keys(answer))("matches neither the code's nor the published schema without %s", (member) => {
    expect(problemsOfAnswer(command, { ...answer, [member]: undefined })).toHaveLength(2);
  });
});
