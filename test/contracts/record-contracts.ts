import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { endWithReader } from '../../cli/end-with-reader.ts';
import { runScenario } from '../../packages/rehearsal/run/run-scenario.ts';
import { findScenario, scenarioNames } from '../../packages/rehearsal/scenario/scenario-file.ts';
import { statesOf } from '../definition/definition-states.ts';
import { formOf, presentStack, withoutValues } from './machine-contract.ts';
import { releasedFile } from './released.ts';

/**
 * Records the contracts on which executions of the working tree's machines rely: their definitions, and the payloads that
 * they send to functions in all scenarios. See docs/decisions/0015-contracts-only-grow.md for when to run it.
 */
endWithReader();
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
const root = path.resolve(import.meta.dirname, '../..');
const { machines, functions } = presentStack(root);
const calledArns = JSON.stringify(machines.flatMap(({ definition }) => [...statesOf(definition)]));
const called = new Set(
  functions.flatMap(({ logicalId, arn }) => (calledArns.includes(`"${arn}"`) ? [logicalId] : [])),
);

const payloads = new Map<string, string>();
for (const name of scenarioNames(root)) {
  await runScenario(findScenario(root, name), {
    seed: 1,
    root,
    attach: [
      ({ coordinator }) => {
        coordinator.account.lambdaRuntime.intercept(async ({ logicalId, payload }, next) => {
          const form = `${logicalId} ${formOf(JSON.parse(payload))}`;
          const result = next();
          // No execution relies on a person's invalid input.
          const isRefused = await result.then(
            () => false,
            ({ name }: Error) => name === 'InvalidInput',
          );
          if (called.has(logicalId) && !isRefused && !payloads.has(form)) payloads.set(form, payload);
          return result;
        });
        return {};
      },
    ],
  });
}

const lines = [
  ...machines.map(({ logicalId, definition, substitutions }) =>
    JSON.stringify({ machine: logicalId, definition: withoutValues(definition, substitutions) }),
  ),
  ...[...payloads]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([form, payload]) => `{"function":${JSON.stringify(form.split(' ')[0])},"payload":${payload}}`),
];
writeFileSync(path.join(root, releasedFile), `${lines.join('\n')}\n`);
console.log(`${machines.length} definitions and ${payloads.size} payloads in ${releasedFile}`);
