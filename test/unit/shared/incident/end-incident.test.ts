import {
  type EndIncidentDeps,
  type Ending,
  endIncident,
  leftOnPurpose,
} from '../../../../shared/incident/end-incident.ts';
import { endLeftIncident } from '../../../../shared/incident/report-ended-execution.ts';
import type { ApprovalRecord } from '../../../../shared/ledger/approval-ledger.ts';
import type {
  ConcurrentReleaseRecord,
  IncidentRecord,
  ServiceResult,
} from '../../../../shared/ledger/records.ts';
import { finishByHand } from '../../../../shared/mail/finish-by-hand.ts';
import { layOut, type MailText } from '../../../../shared/mail/mail-text.ts';
import { type OutcomeFacts, outcomeMail } from '../../../../shared/mail/outcome-mail.ts';
import type { RollbackPlan } from '../../../../shared/targets/service-plan.ts';
import { trafficDouble, usersMeet } from '../../fixtures/mails.ts';
import {
  concurrentRelease,
  incidentRecord,
  RELEASE,
  releaseRecord,
  rollbackPlan,
  servicePlan,
  serviceResult,
} from '../../fixtures/records.ts';
import { EXECUTION_ARN } from '../../fixtures/runtime-of.ts';
import { iso, NOW } from '../../fixtures/times.ts';

/** An incident about to end: open at its second attempt, with a plan of one service, which is back. */
interface Situation {
  readonly incident: IncidentRecord;
  readonly services: ServiceResult[];
  /** Results of the earlier attempts, and the services that were released again during them. */
  readonly earlier: ServiceResult[];
  readonly overtaken: string[];
  readonly approval: ApprovalRecord | undefined;
  /** By attempt; undefined for an attempt without a plan. */
  readonly plans: Readonly<Record<number, RollbackPlan | undefined>>;
  readonly concurrentReleases: ConcurrentReleaseRecord[];
  /** Another attempt reopens the incident at the moment it is closed. */
  readonly opensAgain: boolean;
}
const usual: Situation = {
  incident: incidentRecord({ attempt: 2 }),
  services: [serviceResult({ attempt: 2 })],
  earlier: [],
  overtaken: [],
  approval: undefined,
  plans: { 2: rollbackPlan() },
  concurrentReleases: [],
  opensAgain: false,
};
const now = NOW + 255_000;
const figures: Record<string, object> = {};
const urlOf = (key: string) => `https://coordinator.example/${key}`;

const from = { place: { environment: 'prod', region: 'eu-west-1' }, templateUrl: urlOf };

/** Ends an incident, and returns the steps done, in order, and the last mail sent. */
async function end(changes: Partial<Situation> = {}, ending: Ending = {}, executionArn = EXECUTION_ARN) {
  const world = worldOf({ ...usual, ...changes });
  const outcome = await endIncident(world.deps, { ...usual, ...changes }.incident, executionArn, ending);
  return { outcome, ...world };
}

function worldOf({
  incident,
  services,
  earlier,
  overtaken,
  approval,
  plans,
  concurrentReleases,
  opensAgain,
}: Situation) {
  const steps: string[] = [];
  const mails: MailText[] = [];
  const plansRead: number[] = [];
  const atOnce = { now: 0, most: 0 };
  let status = incident.status;
  const mail =
    (step: string) =>
    async (thread: string, which: string, owner: string, text: MailText | (() => Promise<MailText>)) => {
      steps.push(`${step} ${thread} ${which} for ${owner}`);
      mails.push(typeof text === 'function' ? await text() : text);
    };
  const deps: EndIncidentDeps = {
    environment: 'prod',
    now: () => now,
    incidents: {
      serviceResults: async ({ incidentId, attempt }) => {
        expect(incidentId).toBe(RELEASE);
        return attempt === incident.attempt ? services : earlier;
      },
      overtaken: async () => overtaken,
      concurrentReleases: async (incidentId) => (incidentId === RELEASE ? concurrentReleases : []),
      close: async (...closing) => {
        steps.push(`close ${closing.flat().join(' ')}`);
        status = opensAgain ? 'open' : 'closed';
        return true;
      },
      get: async () => ({ ...incident, status }),
      removeFromOpen: async (incidentId) => void steps.push(`remove from open ${incidentId}`),
    },
    figures: {
      count: async (_, fact, __, values) => {
        figures[fact] = values;
      },
    },
    approvals: { find: async () => approval },
    releases: { find: async () => releaseRecord() },
    traffic: trafficDouble(),
    plans: {
      find: async (incidentId, attempt) => {
        plansRead.push(attempt);
        return incidentId === RELEASE ? plans[attempt] : undefined;
      },
      urlOf,
    },
    locks: {
      unlock: async (service, owner) => {
        atOnce.most = Math.max(atOnce.most, ++atOnce.now);
        steps.push(`free ${service} of ${owner}`);
        for (let turns = 0; turns < 5; turns += 1) await Promise.resolve();
        atOnce.now -= 1;
      },
    },
    mailer: { keep: mail('keep'), send: mail('send') },
  };
  return { deps, steps, mails, plansRead, atOnce };
}

/** The mail of the usual situation, with some facts changed. */
function mailWith(changes: Partial<OutcomeFacts> = {}, incident = usual.incident): MailText {
  const plan = rollbackPlan();
  return outcomeMail('prod', incident, {
    outcome: 'rolled-back',
    release: releaseRecord(),
    closedAt: now,
    services: usual.services,
    byHand: finishByHand(plan, changes.services ?? usual.services, from),
    planned: plan.services,
    meet: usersMeet(),
    concurrentReleases: [],
    recovery: undefined,
    notRecovered: false,
    failure: undefined,
    ...changes,
  });
}

const bodyOf = (text: MailText | undefined) => (text ? layOut(text).body : '');

it('keeps the mail, closes the incident, frees its locks, and sends the mail last', async () => {
  const { outcome, steps, mails } = await end();
  expect(outcome).toBe('rolled-back');
  expect(steps).toEqual([
    `keep ${RELEASE} outcome-2 for ${EXECUTION_ARN}`,
    `close ${RELEASE} ${EXECUTION_ARN} rolled-back ${iso(now)}`,
    `remove from open ${RELEASE}`,
    `free orders of ${RELEASE}#2`,
    `free orders of ${RELEASE}#1`,
    `send ${RELEASE} outcome-2 for ${EXECUTION_ARN}`,
  ]);
  expect(mails).toEqual([mailWith(), mailWith()]);
});

it('leaves an incident alone that belongs to another execution', async () => {
  const asked = await end({}, {}, 'arn:earlier');
  expect(asked).toMatchObject({ outcome: 'needs-person', steps: [] });
  const closed = await end(
    { incident: incidentRecord({ attempt: 2, outcome: 'frozen' }) },
    {},
    'arn:earlier',
  );
  expect(closed).toMatchObject({ outcome: 'frozen', steps: [] });
});

it('keeps outcome and time of the first run where it runs once more', async () => {
  const closedAt = iso(NOW + 60_000);
  const incident = incidentRecord({ attempt: 2, status: 'closed', outcome: 'needs-person', closedAt });
  const { outcome, mails } = await end({ incident });
  expect(outcome).toBe('needs-person');
  expect(mails[1]).toEqual(mailWith({ outcome, closedAt: NOW + 60_000 }, incident));
});

it('stays on the list of open incidents where another attempt has opened it again', async () => {
  const { steps } = await end({ opensAgain: true });
  expect(steps).not.toContain(`remove from open ${RELEASE}`);
});

describe('the locks it frees', () => {
  const frees = (steps: string[]) => steps.filter((step) => step.startsWith('free'));

  it('are those of all services of all its attempts, each once', async () => {
    const plans = {
      1: rollbackPlan(servicePlan({ service: 'storefront' }), servicePlan()),
      3: rollbackPlan(servicePlan(), servicePlan({ service: 'cart' })),
    };
    const { steps, plansRead } = await end({ incident: incidentRecord({ attempt: 3 }), plans });
    expect(plansRead).toEqual([3, 2, 1]);
    expect(frees(steps)).toEqual([
      `free orders of ${RELEASE}#3`,
      `free cart of ${RELEASE}#3`,
      `free orders of ${RELEASE}#2`,
      `free orders of ${RELEASE}#1`,
      `free storefront of ${RELEASE}#1`,
    ]);
  });

  it('are freed 25 at a time', async () => {
    const services = Array.from({ length: 80 }, (_, index) => servicePlan({ service: `service-${index}` }));
    const { steps, atOnce } = await end({ plans: { 2: rollbackPlan(...services) } });
    expect(frees(steps)).toHaveLength(82);
    expect(atOnce.most).toBe(25);
  });
});

describe('its mail', () => {
  const failed = [serviceResult({ attempt: 2, status: 'failed', targets: [] })];

  it('has the commands that finish the rest by hand', async () => {
    const { mails } = await end({ services: failed });
    expect(mails[1]).toEqual(mailWith({ outcome: 'needs-person', services: failed }));
    expect(bodyOf(mails[1])).toContain(urlOf('templates').slice(0, 30));
  });

  it('has neither plan nor commands where none was made', async () => {
    const { outcome, mails, steps } = await end({ plans: {}, services: [] }, { failure: 'no way back' });
    expect(outcome).toBe('needs-person');
    expect(steps.filter((step) => step.startsWith('free'))).toEqual([
      `free orders of ${RELEASE}#2`,
      `free orders of ${RELEASE}#1`,
    ]);
    const news = { outcome, services: [], planned: [], byHand: [], failure: 'no way back' };
    expect(mails[1]).toEqual(mailWith(news));
  });

  it('sums up the restorations of an earlier attempt, unless they were released over since', async () => {
    const earlier = [serviceResult({ service: 'cart' }), serviceResult({ service: 'shop' })];
    const { mails } = await end({ earlier, overtaken: ['shop'] });
    expect(mails[1]).toEqual(mailWith({ back: ['cart'] }));
  });

  it.each([
    ['approve', true],
    ['expired', false],
  ] as const)('names who approved it, where a person did (%s)', async (answer, isNamed) => {
    const asked = { attempt: 2, planDigest: 'a', askedAt: iso(NOW), deadline: iso(NOW) };
    const approval: ApprovalRecord = { ...asked, answer, by: 'on-call', reason: 'real' };
    const { mails } = await end({ approval });
    expect(bodyOf(mails[1]).includes('on-call')).toBe(isNamed);
  });

  it('has the deployments made meanwhile', async () => {
    const { mails } = await end({ concurrentReleases: [concurrentRelease()] });
    expect(mails[1]).toEqual(mailWith({ concurrentReleases: [concurrentRelease()] }));
  });

  it.each([
    ['are well', true, 'rolled-back'],
    ['are still bad', false, 'needs-person'],
  ] as const)('names the services that %s, and their state', async (_, recovered, expected) => {
    const { outcome, mails } = await end({}, { recovery: { recovered, detail: '0 of 120 failed' } });
    expect(outcome).toBe(expected);
    expect(mails[1]).toEqual(mailWith({ outcome, recovery: '0 of 120 failed', notRecovered: !recovered }));
  });

  it('names the good release that took the place of the bad one', async () => {
    const { outcome, mails } = await end({ services: [] }, { supersededBy: 'orders-20260105T090300Z' });
    expect(outcome).toBe('not-needed');
    const recovery = 'Release orders-20260105T090300Z took its place and was verified good.';
    expect(mails[1]).toEqual(mailWith({ outcome, services: [], recovery }));
  });

  it.each([
    ['shows the plan that nobody permitted', false, rollbackPlan()],
    ['shows no plan over a service that is irreversible', true, undefined],
  ])('%s', async (_, frozen, plan) => {
    const withheld = { refused: false, reason: 'It is on hold.' };
    const { outcome, mails } = await end({ services: [] }, { frozen, withheld });
    expect(outcome).toBe(frozen ? 'frozen' : 'needs-person');
    expect(mails[1]).toEqual(mailWith({ outcome, services: [], withheld: { ...withheld, plan } }));
  });
});

it('closes an incident that its execution left open, with the end of that execution', async () => {
  const { deps, steps, mails } = worldOf({ ...usual, services: [] });
  const ended = { status: 'TIMED_OUT', error: 'States.Timeout' } as const;
  await endLeftIncident(deps, usual.incident, ended);
  expect(steps).toContain(`close ${RELEASE} ${EXECUTION_ARN} needs-person ${iso(now)}`);
  const failure = 'the execution ended TIMED_OUT: States.Timeout';
  expect(mails[1]).toEqual(mailWith({ outcome: 'needs-person', services: [], failure }));
});

describe('targets left on purpose', () => {
  const kept =
    '/orders/limit is left on version 4, which somebody set 2026-01-05 09:04:00 UTC, after the release';
  const stage = { target: 'a1/prod', reason: 'somebody put it on deployment d9', kept: true as const };
  const restored = { target: '/orders/limit', status: 'restored' as const, action: 'done', kept: [kept] };
  const left = { target: 'stack', status: 'left' as const, action: 'it has no service role' };

  it('are those changed by others since the release, and those that are not ours to change', () => {
    const planned = [servicePlan({ unchanged: [stage, { target: 'b', reason: 'it is as it was' }] })];
    expect(leftOnPurpose(planned, [serviceResult({ targets: [restored, left] })])).toEqual([
      'orders a1/prod: somebody put it on deployment d9',
      `orders: ${kept}`,
      'orders stack: it has no service role',
    ]);
  });

  it('are not those planned for a service that was not reached', () => {
    expect(leftOnPurpose([servicePlan({ unchanged: [stage] })], [])).toEqual([]);
  });

  it('are cut where the list is long', () => {
    const targets = Array.from({ length: 60 }, (_, index) => ({ ...left, target: `stack ${index}` }));
    const told = leftOnPurpose([], [serviceResult({ targets })]);
    expect(told).toHaveLength(51);
    expect(told.at(-1)).toBe('and 10 more');
  });

  it('are in the mail and in the ledger, beside the outcome', async () => {
    const { mails, steps } = await end({ services: [serviceResult({ targets: [restored] })] });
    expect(bodyOf(mails[0]).replace(/\s+/g, ' ')).toContain(kept);
    expect(steps.find((step) => step.startsWith('close'))).toContain(kept);
  });
});
