import { type EndIncidentDeps, type Ending, endIncident } from '../../../../shared/incident/end-incident.ts';
import { endLeftIncident } from '../../../../shared/incident/report-ended-execution.ts';
import type { IncidentRecord, NewcomerRecord, ServiceResult } from '../../../../shared/ledger/records.ts';
import { finishByHand } from '../../../../shared/mail/finish-by-hand.ts';
import { type OutcomeNews, outcomeMail } from '../../../../shared/mail/incident-mails.ts';
import type { Mail } from '../../../../shared/mail/mail-text.ts';
import type { RollbackPlan } from '../../../../shared/targets/service-plan.ts';
import {
  incidentRecord,
  newcomer,
  RELEASE,
  rollbackPlan,
  servicePlan,
  serviceResult,
} from '../../fixtures/records.ts';
import { EXECUTION_ARN } from '../../fixtures/runtime-of.ts';
import { iso, NOW } from '../../fixtures/times.ts';

/** How an incident stands when it is to end: open at its second attempt, with a plan of one service, which is back. */
interface Situation {
  readonly incident: IncidentRecord;
  readonly services: ServiceResult[];
  /** By attempt; undefined where none was made. */
  readonly plans: Readonly<Record<number, RollbackPlan | undefined>>;
  readonly newcomers: NewcomerRecord[];
  /** Another attempt opens it again in the moment it is closed. */
  readonly opensAgain: boolean;
}
const usual: Situation = {
  incident: incidentRecord({ attempt: 2 }),
  services: [serviceResult({ attempt: 2 })],
  plans: { 2: rollbackPlan() },
  newcomers: [],
  opensAgain: false,
};
const now = NOW + 255_000;
const urlOf = (key: string) => `https://coordinator.example/${key}`;

/** Ends an incident, and answers the steps that were done, in order, and the mail that was sent last. */
async function end(changes: Partial<Situation> = {}, ending: Ending = {}, executionArn = EXECUTION_ARN) {
  const world = worldOf({ ...usual, ...changes });
  const outcome = await endIncident(world.deps, { ...usual, ...changes }.incident, executionArn, ending);
  return { outcome, ...world };
}

function worldOf({ incident, services, plans, newcomers, opensAgain }: Situation) {
  const steps: string[] = [];
  const mails: Mail[] = [];
  const plansRead: number[] = [];
  const atOnce = { now: 0, most: 0 };
  let status = incident.status;
  const mail = (step: string) => async (thread: string, which: string, owner: string, text: Mail) => {
    steps.push(`${step} ${thread} ${which} for ${owner}`);
    mails.push(text);
  };
  const deps: EndIncidentDeps = {
    environment: 'prod',
    now: () => now,
    incidents: {
      serviceResults: async (attempt) => {
        expect(attempt).toMatchObject({ incidentId: RELEASE, attempt: incident.attempt });
        return services;
      },
      newcomers: async (incidentId) => (incidentId === RELEASE ? newcomers : []),
      close: async (...closing) => {
        steps.push(`close ${closing.join(' ')}`);
        status = opensAgain ? 'open' : 'closed';
        return true;
      },
      get: async () => ({ ...incident, status }),
      strikeOut: async (incidentId) => void steps.push(`strike out ${incidentId}`),
    },
    plans: {
      find: async (incidentId, attempt) => {
        plansRead.push(attempt);
        return incidentId === RELEASE ? plans[attempt] : undefined;
      },
      urlOf,
    },
    locks: {
      release: async (service, owner) => {
        atOnce.most = Math.max(atOnce.most, ++atOnce.now);
        steps.push(`free ${service} of ${owner}`);
        for (let turns = 0; turns < 5; turns += 1) await Promise.resolve();
        atOnce.now -= 1;
      },
    },
    mailRoom: { keep: mail('keep'), send: mail('send') },
  };
  return { deps, steps, mails, plansRead, atOnce };
}

/** The mail of the usual situation, but for some of its news. */
function mailWith(changes: Partial<OutcomeNews> = {}, incident = usual.incident): Mail {
  const plan = rollbackPlan();
  return outcomeMail('prod', incident, {
    outcome: 'rolled-back',
    closedAt: now,
    services: usual.services,
    byHand: finishByHand(plan, changes.services ?? usual.services, urlOf),
    planned: plan.services,
    newcomers: [],
    recovery: undefined,
    notRecovered: false,
    failure: undefined,
    ...changes,
  });
}

it('keeps the mail, closes the incident, frees its locks, and sends the mail last', async () => {
  const { outcome, steps, mails } = await end();
  expect(outcome).toBe('rolled-back');
  expect(steps).toEqual([
    `keep ${RELEASE} outcome-2 for ${EXECUTION_ARN}`,
    `close ${RELEASE} ${EXECUTION_ARN} rolled-back ${iso(now)}`,
    `strike out ${RELEASE}`,
    `free orders of ${RELEASE}#2`,
    `free orders of ${RELEASE}#1`,
    `send ${RELEASE} outcome-2 for ${EXECUTION_ARN}`,
  ]);
  expect(mails).toEqual([mailWith(), mailWith()]);
});

it('leaves an incident alone that another execution has', async () => {
  const asked = await end({}, {}, 'arn:earlier');
  expect(asked).toMatchObject({ outcome: 'needs-person', steps: [] });
  const closed = await end(
    { incident: incidentRecord({ attempt: 2, outcome: 'frozen' }) },
    {},
    'arn:earlier',
  );
  expect(closed).toMatchObject({ outcome: 'frozen', steps: [] });
});

it('keeps outcome and time of the first time where it runs once more', async () => {
  const closedAt = iso(NOW + 60_000);
  const incident = incidentRecord({ attempt: 2, status: 'closed', outcome: 'needs-person', closedAt });
  const { outcome, mails } = await end({ incident });
  expect(outcome).toBe('needs-person');
  expect(mails[1]).toEqual(mailWith({ outcome, closedAt: NOW + 60_000 }, incident));
});

it('stays on the list of open incidents where another attempt has opened it again', async () => {
  const { steps } = await end({ opensAgain: true });
  expect(steps).not.toContain(`strike out ${RELEASE}`);
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

  it('has the commands that finish what is not back by hand', async () => {
    const { mails } = await end({ services: failed });
    expect(mails[1]).toEqual(mailWith({ outcome: 'needs-person', services: failed }));
    expect(mails[1]?.body).toContain(urlOf('templates').slice(0, 30));
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

  it('has what was deployed meanwhile', async () => {
    const { mails } = await end({ newcomers: [newcomer()] });
    expect(mails[1]).toEqual(mailWith({ newcomers: [newcomer()] }));
  });

  it.each([
    ['are well', true, 'rolled-back'],
    ['are still bad', false, 'needs-person'],
  ] as const)('says that the services %s, and how they were found', async (_, recovered, expected) => {
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

it('ends what its execution left open, and says how that ended', async () => {
  const { deps, steps, mails } = worldOf({ ...usual, services: [] });
  const ended = { status: 'TIMED_OUT', error: 'States.Timeout' } as const;
  await endLeftIncident(deps, usual.incident, ended);
  expect(steps).toContain(`close ${RELEASE} ${EXECUTION_ARN} needs-person ${iso(now)}`);
  const failure = 'the execution ended TIMED_OUT: States.Timeout';
  expect(mails[1]).toEqual(mailWith({ outcome: 'needs-person', services: [], failure }));
});
