import path from 'node:path';
import type * as z from 'zod';
import { checkInput } from '../../shared/check-input.ts';
import { contractBreaches } from './contract-breaches.ts';
import { formOf, presentStack, withoutValues, withValues } from './machine-contract.ts';
import { readReleased } from './released.ts';

const root = process.cwd();
const { machines, functions } = presentStack(root);
const { definitions, payloads } = readReleased(root);

/** When chosen, these scenarios together reached every state that any scenario reached. */
const scenarios = [
  'overtaken-without-deployment',
  'approval-granted',
  'hook-refused',
  'plan-only',
  'recorded-from-the-console',
  'consumer-bad-too',
  'deployed-while-held',
  'irreversible-consumer',
  'api-deploys-itself',
  'first-state-stated-good',
  'unmanaged-service',
];

/** The schema of a function's input: `settleReleaseInput` of `functions/watch/settle-release/settle-release.ts`. */
async function inputOf(logicalId: string): Promise<z.ZodType> {
  const codeUri = functions.find((one) => one.logicalId === logicalId)?.codeUri;
  if (codeUri === undefined) throw new Error(`the template has no ${logicalId} any more`);
  const folder = path.basename(codeUri);
  const name = folder.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const module = await import(path.join(root, codeUri.replace('dist/', ''), `${folder}.ts`));
  return module[`${name}Input`];
}

/**
 * An execution keeps the definition with which it began and the earlier answers of functions, and calls the current
 * functions. If such a call fails, see docs/decisions/0015-contracts-only-grow.md.
 */
describe('an execution that began before', () => {
  it('is of one of the machines recorded', () => {
    expect([...definitions.keys()].length).toBeGreaterThanOrEqual(6);
    expect(payloads.length).toBeGreaterThan(50);
  });

  it.each([...definitions])('finds everything that its definition names: %s', (logicalId, definition) => {
    const machine = machines.find((one) => one.logicalId === logicalId);
    expect(machine).toBeDefined();
    expect(() => withValues(definition, machine?.substitutions ?? {})).not.toThrow();
  });

  it.each([...new Set(payloads.map((one) => one.function))])('is understood by %s', async (logicalId) => {
    const input = await inputOf(logicalId);
    for (const { payload } of payloads.filter((one) => one.function === logicalId)) {
      expect(checkInput(input, payload)).toHaveProperty('data');
    }
  });

  it.each(scenarios)('understands the answers of the functions: %s', async (scenario) => {
    const found = await contractBreaches(root, scenario, definitions);
    // The current definitions refuse a person's invalid input in the scenario too.
    const today = found.length > 0 ? await contractBreaches(root, scenario, new Map()) : [];
    expect(found.filter((one) => !today.includes(one))).toEqual([]);
  });
});

describe('contractBreaches', () => {
  const changed = (machine: string, from: string, to: string) => {
    const text = JSON.stringify(definitions.get(machine));
    expect(text).toContain(from);
    return new Map([[machine, JSON.parse(text.replace(from, to))]]);
  };

  it('names a function that does not accept its input', async () => {
    const sent = changed('AnswerApproval', '"Payload":"{% $states.input %}"', '"Payload":{"id":"i"}');
    const [first] = await contractBreaches(root, 'approval-granted', sent);
    expect(first).toMatch(/^AnswerApprovalFunction: InvalidInput: /);
  });

  it('names a machine that does not find a member it reads', async () => {
    const read = changed('MonitorDeployment', '$states.result.Payload.seen', '$states.result.Payload.gone');
    expect(await contractBreaches(root, 'approval-granted', read)).toContainEqual(
      expect.stringMatching(/^rollback-coordinator-monitor-deployment: States\.QueryEvaluationError: .*gone/),
    );
  });
});

describe('the record of a definition', () => {
  const definition = { Resource: 'arn:of:a', Then: 'arn:of:ab and arn:of:a' };
  const values = { A: 'arn:of:a', Ab: 'arn:of:ab' };
  const named = JSON.parse(
    JSON.stringify({ Resource: '<A>', Then: '<Ab> and <A>' }).replace(/<(\w+)>/g, '$${$1}'),
  );

  it('has names for the values of its substitutions, and gets the values of another stack', () => {
    expect(withoutValues(definition, values)).toEqual(named);
    expect(withValues(named, values)).toEqual(definition);
  });

  it('cannot be played where the template has no value for a name', () => {
    expect(() => withValues(named, { A: 'a' })).toThrow(/^the template gives \$\{Ab\} no value any more$/);
  });
});

it('formOf distinguishes other members or types, not other values', () => {
  const form = formOf({ a: [1, 2], b: null });
  expect(formOf({ b: null, a: [3] })).toBe(form);
  for (const other of [{ a: [1] }, { a: ['1'], b: null }, { a: [1], b: 'x' }]) {
    expect(formOf(other)).not.toBe(form);
  }
});
