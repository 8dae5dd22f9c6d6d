import { givenUp } from '../../../../shared/incident/given-up.ts';
import { RELEASE, servicePlan, serviceResult } from '../../fixtures/records.ts';

const { startedAt, finishedAt } = serviceResult();
const giveUp = (changes: Parameters<typeof servicePlan>[0] = {}) =>
  givenUp({ incidentId: RELEASE, attempt: 2 }, servicePlan(changes), 'ended TIMED_OUT', {
    startedAt,
    finishedAt,
  });

it('counts as failed, with the known facts of the end and no statement on its targets', () => {
  expect(giveUp()).toEqual({
    incidentId: RELEASE,
    attempt: 2,
    service: 'orders',
    status: 'failed',
    reason: 'its execution ended TIMED_OUT, so that it is not known what was done last',
    targets: [],
    startedAt,
    finishedAt,
  });
});

it('lets its providers go on where its policy says so', () => {
  expect(giveUp({ onFailure: 'continue' })).toEqual({ ...giveUp(), providersGoOn: true });
});
