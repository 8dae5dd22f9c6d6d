import {
  ChangeSetNotFoundException,
  CloudFormationClient,
  ContinueUpdateRollbackCommand,
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  GetStackPolicyCommand,
  GetTemplateCommand,
  ListStackResourcesCommand,
  type ResourceChange,
  type Stack,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { CodeDeployClient, ListDeploymentsCommand } from '@aws-sdk/client-codedeploy';
import { GetAliasCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { stackToken } from '../../shared/targets/rollback-marker.ts';
import { alias, stackEvent, stackOf } from '../unit/fixtures/aws-answers.ts';
import { catalogObject } from '../unit/fixtures/catalog.ts';
import { LedgerDouble } from '../unit/fixtures/ledger-double.ts';
import { mockBucket } from '../unit/fixtures/mock-bucket.ts';
import {
  FUNCTION,
  goodRelease,
  incidentRecord,
  PROCESSED_KEY,
  planObject,
  RELEASE,
  releaseRecord,
  servicePlan,
  serviceResult,
  stackPinPlan,
  stackPlan,
} from '../unit/fixtures/records.ts';
import { denied } from '../unit/fixtures/sdk-errors.ts';
import { NOW } from '../unit/fixtures/times.ts';
import { runCommand } from './run-command.ts';
import { coordinatorStack, TerminalDouble } from './terminal-double.ts';

const cloudFormation = mockClient(CloudFormationClient);
const codeDeploy = mockClient(CodeDeployClient);
const lambda = mockClient(LambdaClient);
const attempt = NOW / 1000;
const pinSet = stackToken(RELEASE, attempt, 'pin');
const restSet = stackToken(RELEASE, attempt, 'rest');
const version = { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'CreateOrder' } } };
const templateOf = (versionId: string) => ({
  Parameters: { Stage: { Type: 'String' }, ApiKey: { Type: 'String' } },
  Resources: {
    CreateOrder: { Type: 'AWS::Lambda::Function' },
    [versionId]: version,
    Live: {
      Type: 'AWS::Lambda::Alias',
      Properties: { Name: 'live', FunctionVersion: { 'Fn::GetAtt': [versionId, 'Version'] } },
    },
  },
});
const ofAlias: ResourceChange = {
  Action: 'Modify',
  LogicalResourceId: 'Live',
  ResourceType: 'AWS::Lambda::Alias',
  Replacement: 'False',
  Scope: ['Properties', 'UpdatePolicy'],
};
const ofFunction: ResourceChange = {
  Action: 'Modify',
  LogicalResourceId: 'CreateOrder',
  ResourceType: 'AWS::Lambda::Function',
  Replacement: 'False',
  Scope: ['Properties'],
};
const ofTable: ResourceChange = {
  Action: 'Remove',
  LogicalResourceId: 'Orders',
  ResourceType: 'AWS::DynamoDB::Table',
  Scope: [],
};

/** The message about the alias whose UpdatePolicy the pin removed. */
const lacking =
  'The pin took the UpdatePolicy of shop-orders-CreateOrder-AB12:live out of stack shop-orders: the next release brings it back, but CloudFormation may use it only from the release after that on, so that the next one may shift all its traffic at once.';

/** A stack in CloudFormation: its latest update, and its change sets by name. */
let token: string | undefined;
let changeSets: Set<string>;
/** The content of the change set of each part; empty for a change set without changes. */
let changes: { pin: ResourceChange[]; rest: ResourceChange[] };
let ledger: LedgerDouble;
let terminal: TerminalDouble;

beforeEach(async () => {
  for (const mock of [cloudFormation, codeDeploy, lambda]) mock.reset();
  token = 'deploy-17';
  changeSets = new Set();
  changes = { pin: [ofAlias], rest: [ofFunction] };
  ledger = new LedgerDouble();
  terminal = new TerminalDouble(ledger.clientConfig);
  mockBucket({ ...catalogObject(), ...planObject(), [PROCESSED_KEY]: templateOf('Old') });
  await ledger.releases.open(goodRelease());
  await ledger.releases.open(releaseRecord({ incidentId: RELEASE }));
  await ledger.incidents.open(incidentRecord({ status: 'closed', outcome: 'traffic-restored' }));
  await ledger.incidents.putServiceResult(serviceResult({ status: 'traffic-restored' }));
  stackIs({});
  cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: JSON.stringify(templateOf('New')) });
  cloudFormation.on(GetStackPolicyCommand).resolves({});
  cloudFormation.on(ListStackResourcesCommand).resolves({
    StackResourceSummaries: [
      {
        LogicalResourceId: 'Live',
        PhysicalResourceId: `arn:aws:lambda:eu-west-1:111122223333:function:${FUNCTION}:live`,
        ResourceType: 'AWS::Lambda::Alias',
        LastUpdatedTimestamp: new Date(NOW),
        ResourceStatus: 'UPDATE_COMPLETE',
      },
    ],
  });
  cloudFormation.on(CreateChangeSetCommand).callsFake(({ ChangeSetName }) => {
    changeSets.add(ChangeSetName);
    return {};
  });
  cloudFormation.on(DeleteChangeSetCommand).callsFake(({ ChangeSetName }) => {
    changeSets.delete(ChangeSetName);
    return {};
  });
  cloudFormation.on(DescribeChangeSetCommand).callsFake(({ ChangeSetName }) => {
    if (!changeSets.has(ChangeSetName)) {
      throw new ChangeSetNotFoundException({ message: 'not found', $metadata: {} });
    }
    const held = changes[ChangeSetName === pinSet ? 'pin' : 'rest'];
    if (held.length === 0) {
      const StatusReason = "The submitted information didn't contain changes.";
      return { Status: 'FAILED', ExecutionStatus: 'UNAVAILABLE', StatusReason };
    }
    const Changes = held.map((ResourceChange) => ({ Type: 'Resource', ResourceChange }));
    return { Status: 'CREATE_COMPLETE', ExecutionStatus: 'AVAILABLE', Changes };
  });
  cloudFormation.on(ExecuteChangeSetCommand).callsFake((input) => {
    token = input.ClientRequestToken;
    changeSets.delete(input.ChangeSetName);
    return {};
  });
  cloudFormation.on(UpdateStackCommand).callsFake((input) => {
    token = input.ClientRequestToken;
    return {};
  });
  codeDeploy.on(ListDeploymentsCommand).resolves({ deployments: [] });
  aliasIs('4');
});

function stackIs(state: Partial<Stack>) {
  cloudFormation.on(DescribeStacksCommand).resolves(coordinatorStack);
  cloudFormation.on(DescribeStacksCommand, { StackName: 'shop-orders' }).resolves(stackOf(state));
  cloudFormation.on(DescribeStackEventsCommand).callsFake(() => ({
    StackEvents: [stackEvent('UPDATE_IN_PROGRESS', token ? { ClientRequestToken: token } : {})],
  }));
}

function aliasIs(live: string) {
  lambda.on(GetAliasCommand, { FunctionName: FUNCTION, Name: 'live' }).resolves(alias(live));
}

const run = (...argv: string[]) => runCommand(['converge', 'orders', ...argv], terminal);
const sent = () =>
  cloudFormation
    .calls()
    .map(({ args: [command] }) => command.constructor.name)
    .filter((name) => !/^(Describe|Get|List)/.test(name));

describe('converge --pin-only', () => {
  it('shows the changes of the pin, asks, and pins a stack that has no service role', async () => {
    terminal.answer = 'y';
    await expect(run('--pin-only')).resolves.toBe(0);
    expect(terminal.lines).toEqual([
      '  asked CloudFormation what it changes to pin stack shop-orders',
      'The pin of stack shop-orders changes:',
      '  CHANGE  RESOURCE  TYPE                REPLACED  WHAT',
      '  Modify  Live      AWS::Lambda::Alias  no        Properties, UpdatePolicy',
      '  stack shop-orders is being pinned to the versions that users are on',
      'Stack shop-orders is pinned.',
      lacking,
      'A deployment with --use-previous-template inherits the version numbers that are in the template now, and changes no traffic: deploy with the template of your code.',
    ]);
    expect(terminal.questions).toEqual(['Apply? [y/N] ']);
    expect(sent()).toEqual(['CreateChangeSetCommand', 'ExecuteChangeSetCommand']);
    expect(token).toBe(pinSet);
  });

  it.each(['', 'n', 'yellow'])('changes nothing where the answer is %j', async (answer) => {
    terminal.answer = answer;
    await expect(run('--pin-only')).resolves.toBe(1);
    expect(sent()).toEqual(['CreateChangeSetCommand', 'DeleteChangeSetCommand']);
    expect(terminal.lines.slice(-2)).toEqual([
      'You did not agree: the pin of stack shop-orders is left.',
      'Not applied: the pin of stack shop-orders.',
    ]);
  });

  it('has nothing to do where the stack has those versions', async () => {
    changes.pin = [];
    await expect(run('--pin-only')).resolves.toBe(0);
    expect(terminal.lines.slice(-3)).toEqual([
      'Stack shop-orders has the versions that users are on already.',
      lacking,
      'There is nothing to do.',
    ]);
    expect(changeSets.size).toBe(0);
  });

  it('leaves a stack of which more would change, and gives the alternative', async () => {
    changes.pin.push(ofFunction);
    await expect(run('--pin-only', '--yes')).resolves.toBe(1);
    expect(terminal.text).toContain('Modify  CreateOrder  AWS::Lambda::Function  no');
    expect(terminal.text).toContain(
      'Stack shop-orders is not pinned, because more would change: CreateOrder (AWS::Lambda::Function) would be changed. Do not deploy yet.',
    );
    expect(sent()).toEqual(['CreateChangeSetCommand', 'DeleteChangeSetCommand']);
  });

  it('names the missing permissions of the person', async () => {
    cloudFormation.on(ExecuteChangeSetCommand).rejects(denied());
    await expect(run('--pin-only', '--yes')).resolves.toBe(1);
    expect(terminal.text).toContain('Stack shop-orders is not pinned: not authorized to perform this');
  });

  it('says that the pin failed, and why', async () => {
    cloudFormation.on(ExecuteChangeSetCommand).callsFake((input) => {
      token = input.ClientRequestToken;
      stackIs({ StackStatus: 'UPDATE_ROLLBACK_COMPLETE' });
      return {};
    });
    await expect(run('--pin-only', '--yes')).resolves.toBe(1);
    expect(terminal.text).toContain('The pin of stack shop-orders failed and was rolled back');
    expect(terminal.text).toContain('Mend the cause, then run this again.');
  });
});

describe('converge', () => {
  it('pins the stack, then applies the rest, each after a question', async () => {
    terminal.answer = 'yes';
    await expect(run()).resolves.toBe(0);
    expect(terminal.questions).toHaveLength(2);
    expect(terminal.text).toContain('The rest of stack shop-orders changes:\n  CHANGE');
    expect(terminal.text).toContain('Stack shop-orders updated to the saved template (UPDATE_COMPLETE).');
    expect(sent()).toEqual([
      'CreateChangeSetCommand',
      'ExecuteChangeSetCommand',
      'CreateChangeSetCommand',
      'UpdateStackCommand',
      'DeleteChangeSetCommand',
    ]);
    expect(token).toBe(restSet);
  });

  it('never removes a resource with data, and leaves the stack pinned', async () => {
    changes.rest.push(ofTable);
    await expect(run('--yes')).resolves.toBe(1);
    expect(terminal.text).toContain(
      `Stack shop-orders stays pinned, because going back may lose or replace something: Orders (AWS::DynamoDB::Table) would be removed. ${lacking} Deploy the code you want with a template that keeps what holds data as it is.`,
    );
    expect(terminal.lines).toContain('Stack shop-orders is pinned.');
    expect(terminal.lines.join('\n')).toContain(
      'Not applied: the rest of stack shop-orders.\nA deployment with',
    );
    expect(sent()).not.toContain('UpdateStackCommand');
  });

  it('does not apply the rest where the pin is refused', async () => {
    changes.pin.push(ofFunction);
    await expect(run('--yes')).resolves.toBe(1);
    expect(terminal.text).not.toContain('The rest of');
  });

  it('shows both with --dry-run, and leaves no change set behind', async () => {
    await expect(run('--dry-run')).resolves.toBe(0);
    expect(terminal.questions).toEqual([]);
    expect(terminal.text).toContain('The pin of stack shop-orders would change this.');
    expect(terminal.text).toContain('The rest of stack shop-orders would change this.');
    expect(terminal.lines.at(-1)).toBe('Nothing was changed: this was a dry run.');
    expect(new Set(sent())).toEqual(new Set(['CreateChangeSetCommand', 'DeleteChangeSetCommand']));
    expect(changeSets.size).toBe(0);
  });

  it('answers as JSON, and with nothing else', async () => {
    await expect(run('--yes', '--json')).resolves.toBe(0);
    expect(JSON.parse(terminal.text)).toMatchObject({
      service: 'orders',
      incidentId: RELEASE,
      parts: [
        { stack: 'shop-orders', part: 'pin', result: 'done', changes: [{ logicalId: 'Live' }] },
        { stack: 'shop-orders', part: 'rest', result: 'done', changes: [{ logicalId: 'CreateOrder' }] },
      ],
    });
  });

  it('names the change set that it could not delete', async () => {
    cloudFormation.on(DeleteChangeSetCommand).rejects(denied());
    await expect(run('--dry-run', '--pin-only')).resolves.toBe(0);
    expect(terminal.errors).toEqual([
      `The change set ${pinSet} of stack shop-orders could not be deleted: not authorized to perform this`,
    ]);
  });

  it('waits for a stack that is being updated, six hours at most', async () => {
    let now = NOW;
    terminal.now = () => now;
    terminal.sleep = async (ms) => {
      now += ms;
    };
    stackIs({ StackStatus: 'UPDATE_IN_PROGRESS', RoleARN: undefined });
    await expect(run('--yes')).resolves.toBe(1);
    expect(terminal.text).toContain(
      'It did not end within 360 min: stack shop-orders is UPDATE_IN_PROGRESS.',
    );
    expect(now - NOW).toBeLessThan(361 * 60_000 + 60_000);
  });

  it('asks before it brings a stack to a stable state, and a dry run does not', async () => {
    stackIs({ StackStatus: 'UPDATE_ROLLBACK_FAILED' });
    cloudFormation.on(DescribeStackEventsCommand).resolves({
      StackEvents: [stackEvent('UPDATE_ROLLBACK_FAILED'), stackEvent('UPDATE_IN_PROGRESS')],
    });
    cloudFormation.on(ContinueUpdateRollbackCommand).callsFake(() => {
      stackIs({ StackStatus: 'UPDATE_ROLLBACK_COMPLETE' });
      return {};
    });
    await expect(run('--dry-run', '--pin-only')).resolves.toBe(1);
    expect(terminal.text).toContain('Stack shop-orders is UPDATE_ROLLBACK_FAILED. A change set can be made');
    terminal.answer = 'y';
    await expect(run('--pin-only')).resolves.toBe(0);
    expect(terminal.questions).toEqual(['Continue the rollback of the stack? [y/N] ']);
  });

  it('leaves a stack that was updated by another person since', async () => {
    cloudFormation.on(DescribeStackEventsCommand).resolves({
      StackEvents: [stackEvent('UPDATE_IN_PROGRESS', { at: new Date(NOW + 1000).toISOString() })],
    });
    await expect(run('--yes')).resolves.toBe(1);
    expect(terminal.text).toContain(
      'Ask rollback-coordinator may-deploy orders whether anything is left to do.',
    );
  });
});

describe('converge is refused', () => {
  it('while an incident rolls the service back', async () => {
    await ledger.locks.acquire('orders', `${RELEASE}#1`);
    await expect(run('--yes')).resolves.toBe(1);
    expect(terminal.lines).toEqual([
      `orders is left as it is: incident ${RELEASE} is rolling it back. Run this again after its outcome mail.`,
    ]);
    expect(sent()).toEqual([]);
  });

  it('where an incident takes the service while the question is open', async () => {
    terminal.ask = async () => {
      await ledger.locks.acquire('orders', `${RELEASE}#2`);
      return 'y';
    };
    await expect(run()).resolves.toBe(1);
    expect(terminal.text).toContain(`Incident ${RELEASE} is rolling it back.`);
  });

  it('where users are not back', async () => {
    await ledger.incidents.putServiceResult(serviceResult({ status: 'failed' }));
    await expect(run('--yes')).resolves.toBe(1);
    expect(terminal.lines).toEqual([
      `orders is left as it is: incident ${RELEASE} did not put its users back (failed). See rollback-coordinator why ${RELEASE}.`,
    ]);
  });

  it('where nothing was rolled back', async () => {
    mockBucket({ ...catalogObject() });
    await expect(run('--yes')).resolves.toBe(0);
    expect(terminal.lines).toEqual(['There is nothing to do: the ledger has no rollback of orders.']);
  });

  it.each([[[]], [[stackPlan({ waitOnly: true })]]])(
    'where its plan has no stack to restore',
    async (targets) => {
      mockBucket({ ...catalogObject(), ...planObject(servicePlan({ targets })) });
      await expect(run('--yes')).resolves.toBe(0);
      expect(terminal.text).toContain(`incident ${RELEASE} has no stack of orders to put back.`);
    },
  );

  it('where the catalog has no such service, as wrong input', async () => {
    await expect(runCommand(['converge', 'order'], terminal)).resolves.toBe(2);
    expect(terminal.errors).toEqual(['service: "order" is not in the catalog; did you mean "orders"?']);
  });

  it('where AWS does not answer', async () => {
    cloudFormation.on(CreateChangeSetCommand).rejects(new Error('Rate exceeded'));
    await expect(run('--yes')).resolves.toBe(1);
    expect(terminal.errors).toEqual(['Error: Rate exceeded']);
  });

  it('with the stacks of another service', async () => {
    const targets = [stackPinPlan(), stackPlan({ stack: 'other' })];
    mockBucket({ ...catalogObject(), ...planObject(servicePlan({ targets })) });
    await expect(run('--yes')).resolves.toBe(0);
    expect(sent()).toEqual(['CreateChangeSetCommand', 'ExecuteChangeSetCommand']);
  });
});
