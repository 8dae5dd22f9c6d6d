import type { StackStatus, UpdateStackCommandInput } from '@aws-sdk/client-cloudformation';
import type { StackSsmParameter } from '../../../account/cloudformation/plain-providers.ts';
import {
  SimulatedCloudFormation,
  type SimulatedCloudFormationOptions,
} from '../../../account/cloudformation/simulated-cloudformation.ts';
import type { EmittedStackEvent } from '../../../account/cloudformation/stack-journal.ts';
import type { AlarmState, HookPort } from '../../../account/codedeploy/codedeploy-ports.ts';
import { SimulatedCodeDeploy } from '../../../account/codedeploy/simulated-codedeploy.ts';
import { SimulatedLambda } from '../../../account/lambda/simulated-lambda.ts';
import { VirtualClock } from '../../../clock/virtual-clock.ts';
import { SeededRandom } from '../../../random/seeded-random.ts';
import { HandAlarms } from '../codedeploy/deployment-account.ts';

export const CAPABILITIES: UpdateStackCommandInput['Capabilities'] = [
  'CAPABILITY_IAM',
  'CAPABILITY_AUTO_EXPAND',
];

export const FUNCTIONS = ['Create', 'Get', 'Table', 'Events'] as const;

/** A SAM template of four functions behind canaries, each with its alarm, and one parameter, at a release. */
export function release(
  label: string,
  options: { preference?: object | null; extra?: object; functions?: readonly string[] } = {},
): string {
  const functions = options.functions ?? FUNCTIONS;
  return JSON.stringify({
    Transform: 'AWS::Serverless-2016-10-31',
    Globals: { Function: { Runtime: 'nodejs22.x', AutoPublishAlias: 'live' } },
    Parameters: {
      Stage: { Type: 'String', Default: 'prod' },
      Secret: { Type: 'String', Default: 'hidden', NoEcho: true },
    },
    Resources: {
      ...Object.fromEntries(
        functions.map((name) => [
          name,
          {
            Type: 'AWS::Serverless::Function',
            Properties: {
              Handler: 'index.handler',
              CodeUri: `s3://code/${name}-${label}`,
              Environment: { Variables: { STAGE: { Ref: 'Stage' } } },
              ...(options.preference !== null && {
                DeploymentPreference: options.preference ?? {
                  Type: 'Canary10Percent5Minutes',
                  Alarms: [`${name}-errors`],
                },
              }),
            },
          },
        ]),
      ),
      Url: {
        Type: 'AWS::SSM::Parameter',
        Properties: {
          Name: '/orders/url',
          Type: 'String',
          Value: { 'Fn::Sub': `https://\${Stage}/${label}` },
        },
      },
      ...options.extra,
    },
    Outputs: { Function: { Value: { Ref: functions[0] } } },
  });
}

/** An account with CloudFormation, CodeDeploy, Lambda and a Parameter Store of names and values. */
export class StackAccount {
  readonly clock = VirtualClock.install('2026-10-01T00:00:00Z');
  readonly alarms = new HandAlarms();
  readonly events: { at: number; event: EmittedStackEvent }[] = [];
  readonly deploymentEvents: string[] = [];
  readonly parameters = new Map<string, StackSsmParameter>();
  readonly objects = new Map<string, string>();
  readonly lambda: SimulatedLambda;
  readonly codeDeploy: SimulatedCodeDeploy;
  readonly cloudFormation: SimulatedCloudFormation;

  constructor({
    seed = 1,
    hook,
    ...options
  }: Partial<SimulatedCloudFormationOptions> & { seed?: number; hook?: HookPort } = {}) {
    const { clock, alarms } = this;
    const random = new SeededRandom(seed);
    this.lambda = new SimulatedLambda({ clock, random });
    this.codeDeploy = new SimulatedCodeDeploy({
      clock,
      random,
      alarms,
      aliases: this.lambda,
      emit: ({ detail }) => this.deploymentEvents.push(String(detail.state)),
      ...(hook && { hook }),
    });
    this.cloudFormation = new SimulatedCloudFormation({
      clock,
      random,
      lambda: this.lambda,
      codeDeploy: this.codeDeploy,
      parameters: {
        put: (parameter) => this.parameters.set(parameter.name, parameter),
        delete: (name) => this.parameters.delete(name),
        get: (name) => this.parameters.get(name)?.value,
      },
      alarms,
      emit: (event) => this.events.push({ at: clock.now(), event }),
      readTemplate: async (url) => this.objects.get(url) ?? '',
      ...options,
    });
  }

  /** A new, empty account in place of this one. */
  restart(options?: Partial<SimulatedCloudFormationOptions>): StackAccount {
    this.clock.uninstall();
    return new StackAccount(options);
  }

  /** Updates stack `orders` to a template. */
  update(TemplateBody: string, rest: Partial<UpdateStackCommandInput> = {}) {
    return this.cloudFormation.operations.UpdateStack({
      StackName: 'orders',
      TemplateBody,
      Capabilities: CAPABILITIES,
      ...rest,
    });
  }

  get status(): StackStatus {
    return this.cloudFormation.status('orders');
  }

  describe() {
    const [stack] = this.cloudFormation.operations.DescribeStacks({ StackName: 'orders' }).Stacks;
    if (!stack) throw new Error('no stack');
    return stack;
  }

  name(logicalId: string): string {
    return this.cloudFormation.physicalName('orders', logicalId);
  }

  /** Version and weights of a function's alias. */
  alias(logicalId: string) {
    return this.lambda.aliasTarget(this.name(logicalId), 'live');
  }

  /** Code label behind a function's alias. */
  code(logicalId: string): string | undefined {
    return this.lambda.version(this.name(logicalId), this.alias(logicalId)?.version ?? '')?.code;
  }

  /** Stack statuses on the bus, in order. */
  get statuses(): string[] {
    return this.events.map(({ event }) => (event.detail['status-details'] as { status: string }).status);
  }

  alarm(name: string, state: AlarmState): void {
    this.alarms.set(name, state);
  }

  async pass(ms: number): Promise<void> {
    let reached = false;
    this.clock.after(ms, () => {
      reached = true;
    });
    await this.clock.run(() => reached);
  }

  async until(status: StackStatus): Promise<void> {
    const ended = await this.clock.run(() => this.status === status);
    if (ended !== 'done') throw new Error(`the stack ended as ${this.status}, not ${status}`);
  }

  /** Lets time pass until all four functions have a canary running. */
  async shifting(): Promise<void> {
    const ended = await this.clock.run(() =>
      FUNCTIONS.every((name) => Object.keys(this.alias(name)?.weights ?? {}).length > 0),
    );
    if (ended !== 'done') throw new Error(`nothing shifted; the stack is ${this.status}`);
  }
}
