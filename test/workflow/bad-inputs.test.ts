import { promises } from '../../packages/rehearsal/promises/promises.ts';
import type { Scenario } from '../../packages/rehearsal/scenario/scenario.ts';
import { watchedRun } from '../../packages/rehearsal/test/promises/watched-run.ts';
import { scenario } from '../../packages/rehearsal/test/rehearsal/scenario-text.ts';
import { badInputs } from '../unit/fixtures/bad-inputs.ts';

type Start = Scenario['starts'][number];

/** An input of each machine's form; its names do not exist where nothing else would refuse it. */
const machines: readonly (readonly [Start['machine'], Readonly<Record<string, unknown>>])[] = [
  ['coordinate-rollback', { service: 'cart', reason: 'checkout is empty', requestedBy: 'ana' }],
  ['record-release', { service: 'cart', verdict: 'good', reason: 'ran for a month', requestedBy: 'ana' }],
  ['answer-approval', { incidentId: 'cart-20260105T090500Z', answer: 'approve', by: 'ana' }],
  ['monitor-deployment', { deploymentId: 'd-MADEUP001' }],
  ['execute-plan', { service: 'cart' }],
  ['roll-back-service', { service: 'cart' }],
];

/** Every machine is started with every kind of bad input, in one account with healthy services. */
function started(): Start[] {
  let at = 1_200_000;
  return machines.flatMap(([machine, good]) =>
    badInputs.map(([, make]) => {
      at += 100;
      return { at, machine, input: make(good) as Start['input'], withReportedPlan: false };
    }),
  );
}

it('refuses every kind of bad input of every machine: no mail, no change, no incident, no stack trace', async () => {
  const healthy = scenario('releases: [{ service: cart, at: 5m, config: AllAtOnce }]');
  const starts = started();
  const { result, violations } = await watchedRun({ ...healthy, starts });
  const byHand = result.executions.filter(
    ({ startedAt }) => Date.parse(startedAt) > Date.parse(result.startedAt) + 1_200_000,
  );

  expect(promises.map(({ promise }) => promise)).toContain('input-as-documented');
  expect(violations).toEqual([]);
  expect(byHand).toHaveLength(starts.length);
  const accepted = byHand.flatMap(({ machine, error, cause }, index) =>
    /^(Input|Answer)Rejected$/.test(error ?? '') && cause && cause.length < 5000 && !/\n\s+at /.test(cause)
      ? []
      : [{ machine, error, cause, input: JSON.stringify(starts[index]?.input).slice(0, 200) }],
  );
  expect(accepted).toEqual([]);
  expect(result.incidents).toEqual([]);
  expect(result.mails.map(({ subject }) => subject)).toEqual([
    '[prod] cart: release confirmed good (cart-20260105T090500Z)',
  ]);
  expect(result.after.aliases).toEqual(result.after.aliases.map((alias) => ({ ...alias, weights: {} })));
});
