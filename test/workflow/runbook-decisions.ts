import { commandsOf } from '../commands/commands-of.ts';
import {
  aws,
  bad,
  command,
  endOf,
  invoke,
  type Step,
  type StepSite,
  scenarioOf,
  start,
} from './runbook-steps.ts';

/** The autonomy of each service: every value but `act` waits for a person. */
const autonomies = {
  orders: 'approve',
  cart: 'approve',
  gift: 'approve',
  payment: 'recommend',
  search: 'observe',
  stock: 'act',
};
const names = Object.keys(autonomies);

/** Bad releases that are not rolled back automatically: each waits for a person in a different way. */
export const decided = scenarioOf({
  title: 'The runbook, where people decide',
  services: [
    ...Object.entries(autonomies).map(([service, autonomy]) => ({ service, policy: { autonomy } })),
    {
      service: 'reports',
      policy: { autonomy: 'observe' },
      targets: [{ kind: 'lambda-alias', function: 'Fn' }],
    },
  ],
  releases: [
    ...names.map((service) => ({ service, at: '5m', config: 'Canary10Percent30Minutes', bad })),
    { service: 'reports', at: '5m', bad },
  ],
});

/** The coordinator's execution for the incident of a service. */
function incidentOf(service: string, { coordinator }: StepSite): string {
  const { arn } = coordinator.machine('CoordinateRollback');
  const found = coordinator.engine
    .listExecutions({ stateMachineArn: arn })
    .find(({ name }) => name === `${service}-20260105T090500Z`);
  return found?.executionArn ?? '';
}

const approve = '"… approve its rollback"';
const hold = 'Put a service, or everything, on hold';
const unanswered = '"… unanswered: …"';
const stop = 'Stop a rollback, or the coordinator';
const ended = 'Read how an incident ended';
const known = 'What was live, what happened, and why';

/** The actions that people then take, as in the runbook. */
export const decisions: Step[] = [
  {
    at: 1,
    under: hold,
    text: 'rollback-coordinator hold orders --by Ada --reason "Load test until noon."',
    how: command({ instead: { orders: 'stock' } }),
    ends: '0',
    says: /^stock is on hold since .* put there by Ada: Load test until noon\.$/,
  },
  {
    at: 1,
    under: hold,
    text: 'rollback-coordinator hold --all --by Ada --reason "The network is being repaired."',
    how: command(),
    ends: '0',
    says: /^Everything is on hold/m,
  },
  {
    at: 1,
    under: hold,
    text: 'rollback-coordinator resume --all --by Ada',
    how: command(),
    ends: '0',
    says: /^stock is on hold[^\n]*$/,
  },
  {
    at: 2,
    under: hold,
    text: '{"service": "orders", "hold": true, "by": "Ada"}',
    how: invoke('HoldService'),
    ends: 'answered',
    says: /"service":"orders","held":true,"by":"Ada"/,
  },
  {
    at: 2,
    under: 'Have CodeDeploy ask before and after the traffic',
    text: '{"service": "orders", "hold": false, "by": "NAME"}',
    how: invoke('HoldService', { NAME: 'Ada' }),
    ends: 'answered',
    says: /^\{"onHold":\[\{"service":"stock"[^}]*\}\]\}$/,
  },
  {
    at: 2,
    under: hold,
    text: '--until 2h',
    how: (text, site) => command()(`rollback-coordinator hold stock --by Ada ${text}`, site),
    ends: '0',
    says: /^stock is on hold .* until 2026-01-05 11:02:\d\d UTC/,
  },
  {
    at: 3,
    under: 'Record what is live by hand',
    text: 'for a\nservice that is new in the catalog',
    how: (_, site) =>
      command()('rollback-coordinator record reports --good --reason "Ran for a month." --by Ada', site),
    ends: '0',
  },
  {
    at: 10,
    under: unanswered,
    text: 'rollback-coordinator acknowledge orders-20260105T090500Z --by "YOUR NAME"',
    how: command({ instead: { 'YOUR NAME': 'Ada' } }),
    ends: '0',
    says: /^orders-20260105T090500Z is acknowledged/,
  },
  {
    at: 11,
    under: unanswered,
    text: '{"incidentId": "orders-20260105T090500Z", "answer": "acknowledge", "by": "YOUR NAME"}',
    how: start('AnswerApproval', { 'YOUR NAME': 'Ada' }),
    ends: 'Answered',
  },
  {
    at: 12,
    under: approve,
    text: '{"service": "orders"}',
    how: start('CoordinateRollback'),
    ends: 'NothingToDo',
    says: /"joined"/,
  },
  {
    at: 12,
    under: approve,
    text: 'the `aws stepfunctions start-execution` of the mail, with your name in it',
    how: async (_, site) => {
      const commands = commandsOf(site.mail('cart: approve its rollback'));
      const asked = commands.find((one) => one.includes('start-execution'));
      return aws({ '"approve"': '"refuse"', 'YOUR NAME': 'Bob', WHY: 'The errors are expected.' })(
        asked ?? '',
        site,
      );
    },
    ends: 'Answered',
    says: /"answer":"refuse"/,
  },
  {
    at: 13,
    under: approve,
    text: '{"incidentId": "orders-20260105T090500Z", "answer": "approve", "by": "Ada", "reason": "Take it back."}',
    how: start('AnswerApproval'),
    ends: 'Answered',
    says: /"answer":"approve"/,
  },
  {
    at: 14,
    under: approve,
    text: 'rollback-coordinator refuse orders-20260105T090500Z --by Ada --reason "The errors are expected."',
    how: command(),
    ends: '2',
    says: /^answer: Ada answered before: approve$/,
  },
  {
    at: 14,
    under: approve,
    text: 'rollback-coordinator approve orders-20260105T090500Z --by Ada --reason "Take it back."',
    how: command(),
    ends: '0',
    says: /^The rollback of orders-20260105T090500Z \(plan \w+\) is approved\.$/,
  },
  {
    at: 15,
    under: '"… rollback recommended, needs a person"',
    text: '{"service": "orders", "planDigest": "…"}',
    how: start('CoordinateRollback', {
      orders: 'payment',
      '…': (site) =>
        /"planDigest": "(\w+)"/.exec(site.mail('payment: bad release, rollback recommended'))?.[1] ?? '',
    }),
    ends: 'RolledBack',
  },
  {
    at: 16,
    under: '"Release looks bad, only observed, needs a person"',
    text: '{"service": "NAME"}',
    how: start('CoordinateRollback', { NAME: 'search' }),
    ends: 'RolledBack',
  },
  {
    at: 17,
    under: '"… rollback recommended, needs a person"',
    text: 'What a person starts is never\nheld back by autonomy, hold or budget.',
    how: (_, site) => start('CoordinateRollback')('{"service": "stock"}', site),
    ends: 'RolledBack',
  },
  {
    at: 18,
    under: stop,
    text: 'Stop the execution of `coordinate-rollback`',
    how: async (_, site) => {
      const executionArn = incidentOf('gift', site);
      await site.call('sfn', 'StopExecution', { executionArn });
      return () => endOf(executionArn, site);
    },
    ends: 'ABORTED',
  },
  {
    at: 22,
    under: stop,
    text: 'ends its incident as `needs-person`',
    how: (_, site) => command()('rollback-coordinator why gift', site),
    ends: '0',
    says: /needs-person/,
  },
  {
    at: 23,
    under: ended,
    text: 'then start the machine again with the same service',
    how: (_, site) => start('CoordinateRollback')('{"service": "gift"}', site),
    ends: 'RolledBack',
  },
  {
    at: 24,
    under: '"Release looks bad, needs a person"',
    text: '{"service": "NAME"}',
    how: (text, site) => {
      site.mail('reports: release looks bad, needs a person');
      return start('CoordinateRollback', { NAME: 'reports' })(text, site);
    },
    ends: 'TrafficRestored',
  },
  {
    at: 40,
    under: approve,
    text: 'Refused, the incident ends as `NotNeeded`',
    how: async (_, site) => endOf(incidentOf('cart', site), site),
    ends: 'NotNeeded',
  },
  {
    at: 40,
    under: approve,
    text: 'An approval is for the plan of the mail',
    how: async (_, site) => endOf(incidentOf('orders', site), site),
    ends: 'RolledBack',
  },
  {
    at: 40,
    under: known,
    text: 'rollback-coordinator live-at 2026-01-05T09:02:00Z',
    how: command(),
    ends: '0',
    says: /^orders .*\n[\s\S]*^stock /m,
  },
  {
    at: 40,
    under: known,
    text: 'rollback-coordinator live-at 2026-01-05T09:02:00Z orders',
    how: command(),
    ends: '0',
    says: /shop-orders-Fn|Fn:live/,
  },
  {
    at: 40,
    under: known,
    text: 'rollback-coordinator history orders',
    how: command(),
    ends: '0',
    says: /release orders-20260105T090500Z +bad, incident rolled-back/,
  },
  {
    at: 40,
    under: known,
    text: 'rollback-coordinator why orders',
    how: command(),
    ends: '0',
    says: /approved by Ada, .*: Take it back\./,
  },
  {
    at: 40,
    under: known,
    text: '{"query": "live-at", "at": "2026-01-05T09:02:00Z", "service": "orders"}',
    how: invoke('QueryLedger'),
    ends: 'answered',
    says: /^\{"services":\[\{"service":"orders"/,
  },
  {
    at: 40,
    under: known,
    text: '{"query": "history", "service": "orders", "limit": 20}',
    how: invoke('QueryLedger'),
    ends: 'answered',
    says: /"verdict":"bad"/,
  },
  {
    at: 40,
    under: known,
    text: '{"query": "why", "incident": "orders-20260105T090500Z"}',
    how: invoke('QueryLedger'),
    ends: 'answered',
    says: /"outcome":"rolled-back"/,
  },
];
