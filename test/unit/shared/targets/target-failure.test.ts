import type { HookPlan } from '../../../../shared/targets/hook/shapes.ts';
import { type TargetFailure, whyItFailed } from '../../../../shared/targets/target-failure.ts';

const hook: HookPlan = {
  kind: 'hook',
  phase: 'hook-before',
  target: 'RollbackHook_orders',
  function: 'RollbackHook_orders',
  form: 'callback',
  timeoutSeconds: 600,
  heartbeatSeconds: 60,
};
const saidByHook = (failure: Omit<TargetFailure, 'from'>) => whyItFailed(hook, { ...failure, from: 'hook' });

describe('why a hook that answers later failed', () => {
  it.each([
    ['bare', { Error: null, Cause: null }, 'it gave neither an error nor a cause'],
    ['with empty texts', { Error: '', Cause: '' }, 'it gave neither an error nor a cause'],
    ['without a cause', { Error: 'Refused', Cause: null }, 'Refused'],
    ['without an error', { Error: null, Cause: 'the table is gone' }, 'the table is gone'],
    ['with both', { Error: 'Refused', Cause: 'the table is gone' }, 'Refused: the table is gone'],
    [
      'on two lines',
      { Error: 'Refused', Cause: 'gone\n\nWhat is left to do\n  nothing' },
      'Refused: gone What is left to do nothing',
    ],
    [
      'with the words of an expression',
      { Error: 'Refused', Cause: '{% $parse($cause).errorMessage %} is not "errorMessage"' },
      'Refused: {% $parse($cause).errorMessage %} is not "errorMessage"',
    ],
    [
      'with what Lambda wrote',
      { Error: 'Refused', Cause: '{"errorMessage":"no table"}' },
      'Refused: no table',
    ],
  ])('%s', (_, failure, words) => {
    expect(saidByHook(failure)).toBe(`RollbackHook_orders failed: ${words}`);
  });

  it('at length: cut off', () => {
    expect(saidByHook({ Error: 'Refused', Cause: 'x'.repeat(4000) })).toHaveLength(337);
  });

  it('by silence', () => {
    expect(saidByHook({ Error: 'States.Timeout', Cause: '' })).toBe(
      'no answer within 600 s, or no heartbeat for 60 s',
    );
  });
});

it('is said by the function of ours that was asked, where the hook did not come so far', () => {
  expect(whyItFailed(hook, { Error: 'LockLost', Cause: '{"errorMessage":"it is not ours"}' })).toBe(
    'it is not ours',
  );
  expect(whyItFailed(hook, { Error: 'States.Timeout', Cause: '' })).toBe('States.Timeout');
});
