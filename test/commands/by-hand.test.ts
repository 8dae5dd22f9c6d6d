import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { finishByHand } from '../../shared/mail/finish-by-hand.ts';
import { layOut } from '../../shared/mail/mail-text.ts';
import type { TargetPlan } from '../../shared/targets/shapes.ts';
import {
  apiStagePlan,
  codeDeployPlan,
  hookPlan,
  lambdaAliasPlan,
  parameterPlan,
  rollbackPlan,
  servicePlan,
  stackPinPlan,
  stackPlan,
  stackRebuildPlan,
} from '../unit/fixtures/records.ts';
import { readAwsCall } from './aws-cli.ts';
import { problemsOfCommands } from './check-commands.ts';
import { commandsOf } from './commands-of.ts';
import { installedShells, paste } from './terminal.ts';

/** dash lacks the quoting with which a text with line breaks stays one line. */
const shells = installedShells().filter((shell) => shell !== 'dash');

import { mailText } from '../unit/fixtures/mails.ts';

const recorded = JSON.parse(readFileSync(join(import.meta.dirname, 'recorded-reads.json'), 'utf8'));

const from = {
  place: { environment: 'prod', region: 'eu-west-1' },
  templateUrl: (key: string) => `https://coordinator.s3.eu-west-1.amazonaws.com/${key}`,
};

/** The mail about a target that did not come back. */
function mailOf(target: TargetPlan): string {
  const lines = finishByHand(rollbackPlan(servicePlan({ targets: [target] })), [], from);
  return layOut(mailText({ details: [{ heading: 'By hand', lines }] })).body;
}

/** Does in a terminal everything that a name on AWS cannot: ends words, runs commands, breaks lines, is an option. */
const hostile = [
  `it's "quoted" \`touch broken-out\` $(touch broken-out) $HOME !! \\ '; touch broken-out; '`,
  '--help\ntouch broken-out\n~/é…日本😀 \u202etxt.\u2028 =ls {a,b} *?[a] # no comment',
];

const alias = (name: string) => ({ function: name, alias: name, toVersion: name });
const mesh = (toWeights: { targetGroup: string; weight: number }[], name: string): TargetPlan => ({
  kind: 'mesh',
  phase: 'traffic',
  target: 'rule',
  service: name,
  listener: name,
  rule: name,
  fromWeights: [],
  toWeights,
});
const triggers = (name: string) => ({ alarms: [{ arn: name, type: 'AWS::CloudWatch::Alarm' }], minutes: 5 });
const secret = (name: string) =>
  parameterPlan({
    parameters: [
      { name, fromVersion: 9, toVersion: 7, type: 'SecureString', tier: 'Advanced', keyId: name },
      { name, fromVersion: 9, toVersion: 7, type: 'String', tier: 'Standard' },
    ],
  });
const builtBy = (name: string) => ({ builtBy: { stack: name, versionId: name } });

/** A plan of every kind, with one name wherever a name may occur. */
const plans: Readonly<Record<string, (name: string) => TargetPlan>> = {
  codedeploy: (name) => codeDeployPlan({ ...alias(name), deploymentId: name }),
  'lambda-alias': (name) => lambdaAliasPlan(alias(name)),
  'lambda-alias, built anew': (name) => lambdaAliasPlan({ ...alias(name), ...builtBy(name) }),
  cloudformation: (name) => stackPlan({ stack: name, skipResources: ['Queue', 'Nested.Table'] }),
  'cloudformation, waited for': (name) => stackPlan({ stack: name, waitOnly: true }),
  'stack-pin': (name) => stackPinPlan({ stack: name }),
  'stack-pin with triggers': (name) => stackPinPlan({ stack: name, triggers: triggers(name) }),
  'stack-rebuild': (name) => stackRebuildPlan({ stack: name }),
  parameter: secret,
  'api-stage of REST': (name) =>
    apiStagePlan({ protocol: 'rest', api: name, stage: name, toDeployment: name }),
  'api-stage of HTTP': (name) =>
    apiStagePlan({ protocol: 'http', api: name, stage: name, toDeployment: name }),
  mesh: (name) => mesh([{ targetGroup: name, weight: 100 }], name),
  hook: (name) => hookPlan({ function: name }),
};

describe.each(Object.entries(plans))('the mail of a %s', (_, planOf) => {
  it('has commands that work in every shell', () => {
    const mail = mailOf(planOf('$LATEST'));
    expect(commandsOf(mail)).not.toEqual([]);
    expect(problemsOfCommands(mail)).toEqual([]);
  });

  it.each(hostile)('passes %j unchanged, and runs nothing of it', (name) => {
    const commands = commandsOf(mailOf(planOf(name)));
    for (const shell of shells) {
      const { status, errors, calls, files } = paste(shell, commands.join('\n'));
      expect({ status, errors, files }).toEqual({ status: 0, errors: '', files: [] });
      const made = calls.filter(({ program }) => program === 'aws');
      expect(made.length).toBeGreaterThan(0);
      for (const { words, input } of made) {
        const call = readAwsCall(words, input);
        expect(call.problems).toEqual([]);
        expect(JSON.stringify(call.input)).toContain(JSON.stringify(name).slice(1, -1));
      }
    }
  });
});

describe.each(shells)('in %s', (shell) => {
  /** The writing calls of this operation in the mail's command. */
  function written(target: TargetPlan, operation: string, has = '') {
    const command = commandsOf(mailOf(target)).filter((one) => one.includes(operation) && one.includes(has));
    expect(command).toHaveLength(1);
    return paste(shell, command[0] ?? '')
      .calls.filter(({ words }) => words[1] === operation)
      .map(({ words, input }) => readAwsCall(words, input).input);
  }

  it('a parameter gets the value that was read, byte for byte', () => {
    const one = { name: '/orders/token', fromVersion: 9, toVersion: 7 };
    const plan = parameterPlan({ parameters: [{ ...one, type: 'SecureString', tier: 'Standard' }] });
    const { Value } = recorded['ssm get-parameter'].Parameter;
    expect(written(plan, 'put-parameter')).toEqual([
      { Name: one.name, Type: 'SecureString', Tier: 'Standard', Overwrite: true, Value },
    ]);
    expect(mailOf(plan)).not.toContain(Value);
  });

  it('a stack is pinned with its own parameters', () => {
    expect(written(stackPinPlan(), 'update-stack')).toEqual([
      {
        StackName: 'shop-orders',
        TemplateURL: expect.stringContaining('/templates/pins/'),
        Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'],
        Parameters: [
          { ParameterKey: 'Stage', UsePreviousValue: true },
          { ParameterKey: 'ApiKey', UsePreviousValue: true },
        ],
      },
    ]);
  });

  it('the rollback of a stack continues without each alias at which it failed', () => {
    expect(written(stackPlan(), 'continue-update-rollback', 'failed_aliases')).toEqual([
      { StackName: 'shop-orders', ResourcesToSkip: ['CreateOrderAliaslive', 'GetOrderAliaslive'] },
    ]);
  });

  it('an alias gets the version that the stack has rebuilt', () => {
    expect(written(lambdaAliasPlan(builtBy('shop-orders')), 'update-alias')).toMatchObject([
      { FunctionVersion: '7', RoutingConfig: { AdditionalVersionWeights: {} } },
    ]);
  });

  it('a stage of an HTTP API no longer deploys itself', () => {
    const stage = { target: 'a1/$default', api: 'a1', stage: '$default', toDeployment: 'd1' };
    expect(written(apiStagePlan({ ...stage, protocol: 'http' }), 'update-stage')).toEqual([
      { ApiId: 'a1', StageName: '$default', DeploymentId: 'd1', AutoDeploy: false },
    ]);
  });

  it('a hook gets its event', () => {
    const [{ Payload = '' } = {}] = written(hookPlan(), 'invoke');
    expect(JSON.parse(String(Payload))).toMatchObject({ service: 'orders', when: 'before' });
  });

  it('the rollback of a stack is not continued where no alias failed', () => {
    const [command = ''] = commandsOf(mailOf(stackPlan())).filter((one) => one.includes('failed_aliases'));
    const { status, calls } = paste(shell, command.replace('UPDATE_FAILED', 'NO_SUCH_STATUS'));
    expect(calls.map(({ words }) => words[1])).toEqual(['describe-stack-resources']);
    expect(status).not.toBe(0);
  });
});
