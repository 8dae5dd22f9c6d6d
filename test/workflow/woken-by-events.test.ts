import { AwsError } from 'account-simulator/account/service.ts';
import type { Attach } from '../../packages/rehearsal/run/attachment.ts';
import { findScenario } from '../../packages/rehearsal/scenario/scenario-file.ts';
import { watchedRun } from '../../packages/rehearsal/test/promises/watched-run.ts';

/** An alarm rings on the full minute, long after the deployment was completed: the next poll is 20 s later at the earliest. */
const scenario = findScenario(process.cwd(), 'group-alarm-rings-after-completion');
const rings = Date.parse(scenario.start) + 90 * 60_000;

/** Seconds from the ring to the first look after it. */
function lookAfterRing(found: { seconds?: number }): Attach {
  return ({ coordinator }) => {
    coordinator.engine.onStateEntered(({ state, time }) => {
      if (state === 'ObserveDeployment' && time >= rings) found.seconds ??= (time - rings) / 1000;
    });
    return {};
  };
}

const onAlarmEvents =
  (deliveries: readonly number[]): Attach =>
  ({ coordinator }) => {
    coordinator.account.eventBridge.interceptDelivery((event, _, deliver) => {
      if (event.source !== 'aws.cloudwatch') return deliver();
      for (const delay of deliveries) deliver(delay);
    });
    return {};
  };

it.each<[string, readonly number[], number, number]>([
  ['at once', [0], 0, 5],
  ['twice', [0, 0], 0, 5],
  ['never', [], 20, 120],
  ['when the watch is over', [1_800_000], 20, 120],
])('a watch looks when an alarm rings, or polls: the event comes %s', async (_, deliveries, least, most) => {
  const found: { seconds?: number } = {};
  const { result, violations } = await watchedRun(scenario, onAlarmEvents(deliveries), lookAfterRing(found));
  expect(found.seconds).toBeGreaterThanOrEqual(least);
  expect(found.seconds).toBeLessThanOrEqual(most);
  expect([result.violations, violations]).toEqual([[], []]);
});

it('a watch polls where its token cannot be kept', async () => {
  const found: { seconds?: number } = {};
  const { result, violations } = await watchedRun(
    scenario,
    ({ coordinator }) => {
      coordinator.account.wire.use(async ({ caller }, next) => {
        if (caller.state === 'AwaitNextLook')
          throw new AwsError('InternalServerError', 'The ledger takes no token.', 500);
        return next();
      });
      return {};
    },
    lookAfterRing(found),
  );
  expect(found.seconds).toBeGreaterThanOrEqual(20);
  expect([result.violations, violations]).toEqual([[], []]);
});
