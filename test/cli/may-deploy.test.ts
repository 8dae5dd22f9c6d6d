import {
  CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
  ListStackResourcesCommand,
} from '@aws-sdk/client-cloudformation';
import { GetAliasCommand, LambdaClient, ResourceNotFoundException } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { alias, stackOf } from '../unit/fixtures/aws-answers.ts';
import { catalogObject, ordersEntry } from '../unit/fixtures/catalog.ts';
import { LedgerDouble } from '../unit/fixtures/ledger-double.ts';
import { mockBucket } from '../unit/fixtures/mock-bucket.ts';
import {
  DEPLOYMENT,
  FUNCTION,
  incidentRecord,
  planObject,
  RELEASE,
  releaseRecord,
  serviceResult,
  watchedDeployment,
} from '../unit/fixtures/records.ts';
import { iso, NOW } from '../unit/fixtures/times.ts';
import { runCommand } from './run-command.ts';
import { coordinatorStack, noSuchStack, TerminalDouble } from './terminal-double.ts';

const cloudFormation = mockClient(CloudFormationClient);
const lambda = mockClient(LambdaClient);
const functionArn = `arn:aws:lambda:eu-west-1:111122223333:function:${FUNCTION}`;
let ledger: LedgerDouble;
let terminal: TerminalDouble;

beforeEach(() => {
  cloudFormation.reset();
  lambda.reset();
  ledger = new LedgerDouble();
  terminal = new TerminalDouble(ledger.clientConfig);
  mockBucket({ ...catalogObject(), ...planObject() });
  stackIs('UPDATE_COMPLETE');
  templateHas({ 'Fn::GetAtt': ['New', 'Version'] });
  resourcesAre({ Live: `${functionArn}:live`, New: `${functionArn}:5` });
  aliasIs('4');
});

async function rolledBack(result: Parameters<typeof serviceResult>[0] = { status: 'traffic-restored' }) {
  await ledger.releases.open(releaseRecord({ incidentId: RELEASE }));
  await ledger.incidents.open(incidentRecord({ status: 'closed', outcome: 'traffic-restored' }));
  await ledger.incidents.putServiceResult(serviceResult(result));
}

function stackIs(StackStatus: 'UPDATE_COMPLETE' | 'UPDATE_IN_PROGRESS' | 'UPDATE_ROLLBACK_FAILED') {
  cloudFormation.on(DescribeStacksCommand).resolves(coordinatorStack);
  cloudFormation.on(DescribeStacksCommand, { StackName: 'shop-orders' }).resolves(stackOf({ StackStatus }));
}

function templateHas(FunctionVersion: unknown, more: object = {}) {
  const Resources = { Live: { Type: 'AWS::Lambda::Alias', Properties: { FunctionVersion } }, ...more };
  cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: JSON.stringify({ Resources }) });
}

function resourcesAre(ids: Record<string, string>) {
  cloudFormation.on(ListStackResourcesCommand).resolves({
    StackResourceSummaries: Object.entries(ids).map(([LogicalResourceId, PhysicalResourceId]) => ({
      LogicalResourceId,
      PhysicalResourceId,
      ResourceType: 'AWS::Lambda::Alias',
      LastUpdatedTimestamp: new Date(NOW),
      ResourceStatus: 'UPDATE_COMPLETE',
    })),
  });
}

function aliasIs(version: string, weights: Record<string, number> = {}) {
  lambda.on(GetAliasCommand, { FunctionName: FUNCTION, Name: 'live' }).resolves(alias(version, weights));
}

const run = (...argv: string[]) => runCommand(['may-deploy', 'orders', ...argv], terminal);
const first = 'run rollback-coordinator converge orders --pin-only first.';

async function isRefused(reason: string) {
  await expect(run()).resolves.toBe(1);
  expect(terminal.lines).toEqual([`orders may not be deployed: ${reason}`]);
}

async function isAllowed(reason: string) {
  await expect(run()).resolves.toBe(0);
  expect(terminal.lines).toEqual([`orders may be deployed: ${reason}`]);
}

describe('a service may be deployed', () => {
  it('that was never rolled back', () => isAllowed('stack shop-orders is UPDATE_COMPLETE.'));

  it('whose pinned stack has the number that users are on', async () => {
    await rolledBack();
    templateHas('4');
    await isAllowed('stack shop-orders is UPDATE_COMPLETE, on the versions that users are on.');
  });

  it('whose stack rolled itself back', async () => {
    await rolledBack({ status: 'rolled-back' });
    resourcesAre({ Live: `${functionArn}:live`, New: `${functionArn}:4` });
    await isAllowed('stack shop-orders is UPDATE_COMPLETE, on the versions that users are on.');
  });

  it('that another release has replaced since', async () => {
    await rolledBack();
    aliasIs('6');
    templateHas({ 'Fn::If': ['A', '6', '7'] });
    await isAllowed('stack shop-orders is UPDATE_COMPLETE.');
  });

  it("whose users are not back: the stack has the users' version", async () => {
    await rolledBack({ status: 'failed' });
    await isAllowed('stack shop-orders is UPDATE_COMPLETE.');
  });

  it('whose alias is deleted, or is in no stack', async () => {
    await rolledBack();
    resourcesAre({});
    await isAllowed('stack shop-orders is UPDATE_COMPLETE, on the versions that users are on.');
    terminal.lines.length = 0;
    lambda.on(GetAliasCommand).rejects(new ResourceNotFoundException({ message: 'gone', $metadata: {} }));
    await isAllowed('stack shop-orders is UPDATE_COMPLETE.');
  });

  it('whose stack is not created yet, or that has none', async () => {
    cloudFormation
      .on(DescribeStacksCommand, { StackName: 'shop-orders' })
      .rejects(noSuchStack('shop-orders'));
    await isAllowed('no stack of it exists that a rollback could have left behind.');
  });
});

describe('a digest of code', () => {
  const digests = (from: string, to: string) => ({
    from: { code: from, configuration: 'c1' },
    to: { code: to, configuration: 'c2' },
  });
  const released = (from: string, to: string) =>
    ledger.releases.open(
      releaseRecord({
        verdict: 'bad',
        deployments: { [DEPLOYMENT]: watchedDeployment({ digests: digests(from, to) }) },
      }),
    );

  it('that a bad release brought in may not be deployed', async () => {
    await released('good=', 'bad=');
    await expect(run('--digest', 'bad=')).resolves.toBe(1);
    expect(terminal.text).toContain(`may not be deployed: its code was bad in release ${RELEASE}`);
    await expect(run('--digest', 'good=')).resolves.toBe(0);
  });

  it('is not held against code of which a bad release changed only the configuration', async () => {
    await released('same=', 'same=');
    await expect(run('--digest', 'same=')).resolves.toBe(0);
  });
});

describe('a service may not be deployed', () => {
  it('while an incident rolls it back', async () => {
    await ledger.locks.acquire('orders', `${RELEASE}#1`);
    await isRefused(`incident ${RELEASE} is rolling it back.`);
  });

  it.each([
    ['orders', 'it'],
    ['*', 'everything'],
  ])('while a person has put %s on hold', async (service, what) => {
    const hold = { service, by: 'Ada', reason: 'the network is being repaired', at: iso(NOW) };
    await ledger.holds.set({ ...hold, held: true });
    await isRefused(
      `Ada put ${what} on hold: the network is being repaired; rollback-coordinator resume lets it go.`,
    );
    terminal.lines.length = 0;
    await ledger.holds.set({ ...hold, held: false });
    await isAllowed('stack shop-orders is UPDATE_COMPLETE.');
  });

  it('while an incident has it frozen', async () => {
    await ledger.releases.open(releaseRecord({ verdict: 'bad', incidentId: RELEASE }));
    await ledger.incidents.open(
      incidentRecord({ status: 'closed', outcome: 'frozen', closedAt: iso(NOW - 60_000) }),
    );
    await isRefused(
      `incident ${RELEASE} froze it, because a service that would have to go back is declared irreversible; ` +
        'it takes a release again once a person has let it go with HoldService ("hold": false).',
    );
    terminal.lines.length = 0;
    await ledger.holds.set({ service: 'orders', held: false, by: 'Ada', at: iso(NOW) });
    await isAllowed('stack shop-orders is UPDATE_COMPLETE.');
  });

  it.each(['UPDATE_IN_PROGRESS', 'UPDATE_ROLLBACK_FAILED'] as const)(
    'while its stack is %s',
    async (status) => {
      stackIs(status);
      await isRefused(`stack shop-orders is ${status}, which is not at rest.`);
    },
  );

  it('while another stack of it is not at rest', async () => {
    const targets = [{ kind: 'cloudformation', stack: 'shop-data' }];
    mockBucket(catalogObject(ordersEntry({ targets })));
    cloudFormation
      .on(DescribeStacksCommand, { StackName: 'shop-data' })
      .resolves(stackOf({ StackName: 'shop-data', StackStatus: 'UPDATE_IN_PROGRESS' }));
    await isRefused('stack shop-data is UPDATE_IN_PROGRESS, which is not at rest.');
  });

  it('while its stack has another version than users are on', async () => {
    await rolledBack();
    await isRefused(
      `users are on version 4 of ${FUNCTION}:live, and stack shop-orders has version 5; ${first}`,
    );
  });

  it('where the version in its stack is unknown', async () => {
    await rolledBack();
    templateHas({ 'Fn::If': ['A', '4', '5'] });
    await isRefused(
      `users are on version 4 of ${FUNCTION}:live, and it cannot be told which version stack shop-orders has; ${first}`,
    );
  });

  it('where its alias may be in a nested stack', async () => {
    await rolledBack();
    templateHas('4', { Nested: { Type: 'AWS::CloudFormation::Stack' } });
    resourcesAre({});
    await isRefused(
      `${FUNCTION}:live may be in a nested stack of shop-orders, so it cannot be told which version that has.`,
    );
  });

  it('where the template of its stack cannot be read', async () => {
    await rolledBack();
    cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: '{}' });
    await isRefused(
      'the template of stack shop-orders cannot be read, so it cannot be told which version it has.',
    );
  });

  it('while it splits its traffic', async () => {
    await rolledBack();
    aliasIs('4', { 5: 0.1 });
    await isRefused(`${FUNCTION}:live splits its traffic between versions 4 and 5.`);
  });

  it('where AWS does not answer', async () => {
    cloudFormation
      .on(DescribeStacksCommand, { StackName: 'shop-orders' })
      .rejects(new Error('Rate exceeded'));
    await expect(run()).resolves.toBe(1);
    expect(terminal.errors).toEqual(['Error: Rate exceeded']);
  });

  it('where Lambda does not answer', async () => {
    await rolledBack();
    lambda.on(GetAliasCommand).rejects(new Error('Rate exceeded'));
    await expect(run()).resolves.toBe(1);
  });
});

it('answers as JSON with --json', async () => {
  await expect(run('--json')).resolves.toBe(0);
  expect(JSON.parse(terminal.text)).toEqual({
    service: 'orders',
    mayDeploy: true,
    reason: 'stack shop-orders is UPDATE_COMPLETE.',
  });
});

it('refuses a service that is not in the catalog, as wrong input', async () => {
  await expect(runCommand(['may-deploy', 'order'], terminal)).resolves.toBe(2);
  expect(terminal.errors).toEqual(['service: "order" is not in the catalog; did you mean "orders"?']);
});
