import { types } from 'node:util';
import type { Violation } from '../promises/watch-promises.ts';
import type { Attach } from '../run/attachment.ts';

/** Errors of programs; whatever happens in the account, none of them may leave a handler. */
const programErrors = new Set(['TypeError', 'ReferenceError', 'RangeError', 'SyntaxError', 'LedgerCorrupt']);
/** Errors of definitions. */
const definitionErrors = new Set([
  'States.Runtime',
  'States.QueryEvaluationError',
  'States.DataLimitExceeded',
  'States.NoChoiceMatched',
]);

/** Records errors that no fault of the account may cause: those of the coordinator's own code and definitions. */
export function watchDefects(violations: Violation[]): Attach {
  return ({ coordinator: { engine, account }, clock }) => {
    const note = (detail: string) => violations.push({ promise: 'no-defect', at: clock.now(), detail });
    account.lambdaRuntime.intercept(async ({ logicalId }, next) => {
      try {
        return await next();
      } catch (error) {
        if (types.isNativeError(error) && programErrors.has(error.name)) {
          note(`${logicalId} threw ${error.name}: ${error.message}`);
        }
        throw error;
      }
    });
    engine.onStatusChange(({ status, error, cause, name }) => {
      if (status === 'FAILED' && definitionErrors.has(error ?? ''))
        note(`${name} failed: ${error}: ${cause}`);
    });
    engine.onRouteTaken(({ state, error }) => {
      if (definitionErrors.has(error ?? '')) note(`${state} met ${error}`);
    });
    return {};
  };
}
