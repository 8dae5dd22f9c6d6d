import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsError } from 'account-simulator/account/service.ts';
import { breakCalls } from '../../packages/rehearsal/test/promises/mutants.ts';
import {
  aws,
  command,
  type Ended,
  endOf,
  type How,
  type Instead,
  invoke,
  type Step,
  type StepSite,
  scenarioOf,
  start,
} from './runbook-steps.ts';

/** A service that people roll back, release by release. */
export const byHand = scenarioOf({
  title: 'The runbook, where people begin',
  services: [{ service: 'orders' }],
  releases: [5, 30, 50, 70, 90].map((at) => ({ service: 'orders', at: `${at}m`, config: 'AllAtOnce' })),
});

const folder = mkdtempSync(join(tmpdir(), 'runbook-'));
mkdirSync(join(folder, 'services'));
writeFileSync(join(folder, 'services/orders.yaml'), 'version: 1\nservice: orders\nstack: shop-orders\n');

export function removeFolder(): void {
  rmSync(folder, { recursive: true });
}

const record = 'Record what is live by hand';
const see = 'See first what it would do';
const back = 'Roll a service back by hand';
const none = '"The ledger holds no release … that was verified good"';
const lost = 'The coordinator lost events';
const pinned = 'Finish a stack with your own rights';
const unwatched = '"Deployment d-…: not being watched"';

/** While this is true, AWS refuses the reads of recordings. */
let readsAreRefused = false;
export const refusesReads = breakCalls(
  { by: /^Record(Each)?Service/, service: 'lambda', operation: 'GetAlias' },
  async (_, real) => {
    if (readsAreRefused) throw new AwsError('AccessDeniedException', 'not allowed', 403);
    return real();
  },
);
function refusing(isRefused: boolean, how: How): How {
  return async (text, site) => {
    readsAreRefused = isRefused;
    return how(text, site);
  };
}

/** The watch of the newest deployment. */
function watch({ coordinator }: StepSite): string {
  const { arn } = coordinator.machine('MonitorDeployment');
  return coordinator.engine.listExecutions({ stateMachineArn: arn })[0]?.executionArn ?? '';
}

const here: Instead = { REGION: 'eu-west-1', FUNCTION: 'shop-orders-Fn' };
let alias = { FunctionVersion: '', RevisionId: '' };
let digest = '';

/** The actions of people, as in the runbook. */
export const begun: Step[] = [
  {
    at: 1,
    under: record,
    text: 'rollback-coordinator record --all',
    how: command(),
    ends: '0',
    says: /^Every service/,
  },
  { at: 2, under: record, text: '{}', how: start('RecordRelease'), ends: 'ServicesRecorded' },
  { at: 2, under: record, text: '{"all": true}', how: start('RecordRelease'), ends: 'ServicesRecorded' },
  {
    at: 3,
    under: record,
    text: '{"service": "orders"}',
    how: start('RecordRelease'),
    ends: 'ServiceRecorded',
    says: /"found"/,
  },
  {
    at: 3,
    under: record,
    text: '{"service": "orders", "verdict": "good", "reason": "ran for a month"}',
    how: start('RecordRelease'),
    ends: 'ServiceRecorded',
  },
  {
    at: 4,
    under: record,
    text: 'rollback-coordinator record orders --good --reason "Ran for a month." --by Ada',
    how: command(),
    ends: '0',
    says: /^orders: found/,
  },
  {
    at: 6,
    under: unwatched,
    text: 'Its execution broke.',
    how: async (_, site) => {
      const executionArn = watch(site);
      await site.call('sfn', 'StopExecution', { executionArn });
      return { ended: 'ABORTED', said: executionArn };
    },
    ends: 'ABORTED',
  },
  {
    at: 9,
    under: unwatched,
    text: '**Redrive** the failed execution of\n`monitor-deployment`',
    how: async (_, site) => {
      site.mail('not being watched');
      const executionArn = watch(site);
      await site.call('sfn', 'RedriveExecution', { executionArn });
      return () => endOf(executionArn, site);
    },
    ends: 'DeploymentSettled',
  },
  {
    at: 36,
    under: see,
    text: 'rollback-coordinator plan orders',
    how: command(),
    ends: '0',
    says: /1 service goes back/,
  },
  {
    at: 36,
    under: see,
    text: '{"service": "orders", "mode": "plan"}',
    how: start('CoordinateRollback'),
    ends: 'Planned',
  },
  {
    at: 36,
    under: see,
    text: '{"service": "orders", "planDigest": "0123456789abcdef"}',
    how: start('CoordinateRollback'),
    ends: 'InputRejected',
  },
  {
    at: 37,
    under: back,
    text: 'rollback-coordinator rollback orders --by Ada --reason "Checkout fails."',
    how: command(),
    ends: '0',
    says: /The rollback has begun\./,
  },
  {
    at: 37,
    under: back,
    text: 'rollback-coordinator status --watch',
    how: command(),
    ends: '2',
    says: /1 incident open[\s\S]*Ctrl-C$/,
  },
  {
    at: 37,
    under: back,
    text: 'rollback-coordinator incidents',
    how: command(),
    ends: '0',
    says: /orders-20260105T093000Z/,
  },
  {
    at: 44,
    under: 'Whether a deployment may go on',
    text: 'rollback-coordinator may-deploy orders || exit 1',
    how: command(),
    ends: '1',
    says: /^orders may not be deployed: users are on version/,
  },
  {
    at: 44,
    under: pinned,
    text: 'rollback-coordinator converge orders --pin-only --dry-run',
    how: command(),
    ends: '0',
    says: /Nothing was changed/,
  },
  {
    at: 45,
    under: pinned,
    text: 'rollback-coordinator converge orders --pin-only',
    how: command(),
    ends: '0',
    says: /is pinned\./,
  },
  {
    at: 46,
    under: 'Whether a deployment may go on',
    text: 'Status 0: it may.',
    how: (_, site) => command()('rollback-coordinator may-deploy orders', site),
    ends: '0',
  },
  {
    at: 47,
    under: pinned,
    text: 'rollback-coordinator converge orders',
    how: command(),
    ends: '0',
    says: /updated to the saved template/,
  },
  {
    at: 56,
    under: see,
    text: 'To have exactly that\nexecuted',
    how: async (_, site) => {
      const { said } = (await command()('rollback-coordinator plan orders --json', site)) as Ended;
      digest = JSON.parse(said).plan.planDigest;
      return start('CoordinateRollback')(`{"service": "orders", "planDigest": "${digest}"}`, site);
    },
    ends: 'TrafficRestored',
  },
  { at: 62, under: pinned, text: 'rollback-coordinator converge orders', how: command(), ends: '0' },
  {
    at: 76,
    under: back,
    text: '{"service": "orders"}',
    how: start('CoordinateRollback'),
    ends: 'TrafficRestored',
  },
  {
    at: 84,
    under: none,
    text: 'aws lambda get-alias --region REGION --function-name FUNCTION --name live',
    how: async (text, site) => {
      const answer = (await aws(here)(text, site)) as Ended;
      alias = JSON.parse(answer.said);
      return answer;
    },
    ends: 'answered',
  },
  {
    at: 84,
    under: none,
    text: `aws lambda update-alias --region REGION --function-name FUNCTION --name live --function-version VERSION \\
  --routing-config '{"AdditionalVersionWeights":{}}' --revision-id REVISION`,
    how: (text, site) =>
      aws({ ...here, 'id REVISION': `id ${alias.RevisionId}`, ' VERSION': ` ${alias.FunctionVersion}` })(
        text,
        site,
      ),
    ends: 'answered',
  },
  {
    at: 82,
    under: lost,
    text: '{"service": "orders"}',
    how: start('RecordRelease'),
    ends: 'ServiceRecorded',
  },
  {
    at: 85,
    under: lost,
    text: 'invoke the function of `StartMonitoring` with the event',
    how: (_, site) => {
      const deploymentId = watch(site).split(':').at(-1);
      const event = { source: 'aws.codedeploy', detail: { deploymentId, state: 'START' } };
      return invoke('StartMonitoringFunction')(JSON.stringify(event), site);
    },
    ends: 'answered',
  },
  { at: 85, under: lost, text: '{}', how: invoke('CompileCatalogFunction'), ends: 'answered' },
  {
    at: 96,
    under: back,
    text: '`--wait` follows it to its end',
    how: (_, site) =>
      command()('rollback-coordinator rollback orders --by Ada --reason Slow. --yes --wait --json', site),
    ends: '1',
    says: /"outcome": "traffic-restored"/,
  },
  {
    at: 104,
    under: '"What is live could not be recorded"',
    text: 'Its execution broke',
    how: refusing(true, (_, site) => start('RecordRelease')('{"service": "orders"}', site)),
    ends: 'RecordingFailed',
  },
  {
    at: 104,
    under: '"3 of 150 services could not be recorded"',
    text: 'The mail lists them',
    how: refusing(true, (_, site) => start('RecordRelease')('{}', site)),
    ends: 'NotAllRecorded',
  },
  {
    at: 118,
    under: '"What is live could not be recorded"',
    text: 'Start `record-release` once more with the same input.',
    how: refusing(false, (_, site) => {
      site.mail('orders: what is live could not be recorded');
      return start('RecordRelease')('{"service": "orders"}', site);
    }),
    ends: 'ServiceRecorded',
  },
  {
    at: 118,
    under: '"3 of 150 services could not be recorded"',
    text: '{}',
    how: refusing(false, (text, site) => {
      site.mail('1 of 1 services could not be recorded');
      return start('RecordRelease')(text, site);
    }),
    ends: 'ServicesRecorded',
  },
  {
    at: 120,
    under: 'Change the catalog',
    text: 'rollback-coordinator catalog validate services/ --online',
    how: command({ instead: { 'services/': join(folder, 'services/') } }),
    ends: '0',
  },
  {
    at: 120,
    under: 'Change the catalog',
    text: 'rollback-coordinator catalog push services/',
    how: command({ instead: { 'services/': join(folder, 'services/') } }),
    ends: '0',
    says: /written/,
  },
];
