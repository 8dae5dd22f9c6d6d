import { runScenario } from '../../packages/rehearsal/run/run-scenario.ts';
import { findScenario } from '../../packages/rehearsal/scenario/scenario-file.ts';
import { errorNames } from '../../shared/errors.ts';
import { withValues } from './machine-contract.ts';

/** Errors which show that a machine and a function, or two machines, do not agree on an input. */
const breaches: ReadonlySet<string> = new Set([
  ...errorNames.defect,
  'InvalidInput',
  'InputRejected',
  'States.QueryEvaluationError',
  'States.Runtime',
  'StepFunctions.AccessDeniedException',
  'Lambda.AccessDeniedException',
  'TypeError',
]);

/**
 * Plays a scenario with the functions of the working tree under other definitions, and returns the disagreements. The
 * scenario's result may differ: other definitions may act differently.
 */
export async function contractBreaches(
  root: string,
  scenario: string,
  definitions: ReadonlyMap<string, object>,
): Promise<readonly string[]> {
  const found = new Set<string>();
  const result = await runScenario(findScenario(root, scenario), {
    seed: 1,
    root,
    attach: [
      ({ coordinator: { account, engine, stack } }) => {
        for (const { logicalId, arn, substitutions } of stack.machines) {
          const definition = definitions.get(logicalId);
          if (definition)
            engine.updateStateMachine({ arn, definition: withValues(definition, substitutions) });
        }
        account.lambdaRuntime.intercept(async ({ logicalId }, next) => {
          try {
            return await next();
          } catch (error) {
            const { name, message } = error as Error;
            if (breaches.has(name)) found.add(`${logicalId}: ${name}: ${message}`);
            throw error;
          }
        });
        return {
          finish() {
            for (const { stateMachine, history } of engine.executions()) {
              for (const { details } of history) {
                const error = String(details?.error);
                if (breaches.has(error)) found.add(`${stateMachine.name}: ${error}: ${details?.cause}`);
              }
            }
          },
        };
      },
    ],
  });
  if (result.ended !== 'at-rest') found.add(`${scenario} did not come to rest`);
  return [...found];
}
