import type { InvokeCommandInput } from '@aws-sdk/client-lambda';
import type { VirtualClock } from '../clock/virtual-clock.ts';
import type { AlarmStore } from './cloudformation/alarm-provider.ts';
import type { ParametersPort } from './cloudformation/plain-providers.ts';
import type { ReadTemplate } from './cloudformation/template-text.ts';
import type { CloudWatch } from './cloudwatch/cloudwatch.ts';
import type { AlarmsPort, HookPort } from './codedeploy/codedeploy-ports.ts';
import type { SimulatedLambda } from './lambda/simulated-lambda.ts';
import type { LambdaRuntime } from './lambda-runtime/lambda-runtime.ts';
import type { ParameterStore } from './parameter-store/parameter-store.ts';
import { objectOfUrl } from './s3/object-url.ts';
import type { S3 } from './s3/s3.ts';
import { AwsError, type CallContext } from './service.ts';
import type { AccountIdentity } from './wire/account-identity.ts';

const stackCaller = { principal: 'cloudformation.amazonaws.com' };

/** CloudWatch's alarms as CodeDeploy watches them. */
export function alarmsPort(cloudWatch: CloudWatch): AlarmsPort {
  return {
    state: (name) => cloudWatch.state(name),
    onChange(listener) {
      cloudWatch.onChange(({ name, current }) => {
        if (current) listener(name, current.value);
      });
    },
  };
}

/** CloudWatch as stacks create alarms in it. */
export function alarmStore(
  cloudWatch: CloudWatch,
  clock: VirtualClock,
  { accountId, region }: AccountIdentity,
): AlarmStore {
  const call = (): CallContext => ({ caller: stackCaller, now: clock.now() });
  const { PutMetricAlarm, PutCompositeAlarm, DeleteAlarms } = cloudWatch.operations;
  return {
    putMetric: (input) => void PutMetricAlarm?.(input as never, call()),
    putComposite: (input) => void PutCompositeAlarm?.(input as never, call()),
    delete: (name) => void DeleteAlarms?.({ AlarmNames: [name] } as never, call()),
    arn: (name) => `arn:aws:cloudwatch:${region}:${accountId}:alarm:${name}`,
  };
}

/** Parameter Store as stacks write to it. */
export function parametersPort(parameterStore: ParameterStore, clock: VirtualClock): ParametersPort {
  const call = (): CallContext => ({ caller: stackCaller, now: clock.now() });
  return {
    put({ name: Name, type: Type, value: Value, description }) {
      const Description = description === undefined ? {} : { Description: description };
      parameterStore.operations.PutParameter({ Name, Type, Value, Overwrite: true, ...Description }, call());
    },
    get: (name) => parameterStore.version(name)?.value,
    delete(Name) {
      parameterStore.operations.DeleteParameter({ Name });
    },
  };
}

/** Reads the template behind a `TemplateURL`, path-style or virtual-hosted, as CloudFormation does. */
export function templateReader(s3: S3): ReadTemplate {
  return (url) => {
    const found = objectOfUrl(url);
    if (!found)
      throw new AwsError('ValidationError', `S3 error: the URL ${url} does not name an object in S3`);
    const { bucket: Bucket, key: Key, versionId } = found;
    const input = { Bucket, Key, ...(versionId === undefined ? {} : { VersionId: versionId }) };
    try {
      const { Body } = s3.operations.GetObject(input) as { Body?: Uint8Array };
      return Buffer.from(Body ?? []).toString();
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      throw new AwsError('ValidationError', `S3 error: ${error.message}`);
    }
  };
}

/** Lambda's Invoke: functions whose code really runs, else functions that only have versions and aliases. */
export function invokeOf(lambda: SimulatedLambda, runtime: LambdaRuntime) {
  return (input: InvokeCommandInput, call: CallContext) =>
    runtime.has(input.FunctionName ?? '') ? runtime.operation(input) : lambda.operations.Invoke(input, call);
}

/** A lifecycle hook that really runs reports by itself; `played` gives the result of every other hook. */
export function hookPort(played: HookPort | undefined, runtime: LambdaRuntime): HookPort {
  return (name, call) => {
    if (!runtime.has(name)) return played ? played(name, call) : passing;
    const { deploymentId: DeploymentId, lifecycleEventHookExecutionId: LifecycleEventHookExecutionId } = call;
    // The complete input of a hook function (CodeDeploy user guide, "AppSpec 'hooks' section", Lambda).
    runtime.invokeLater(name, JSON.stringify({ DeploymentId, LifecycleEventHookExecutionId }));
    return undefined;
  };
}

/** The result of a hook that no scenario plays. */
const passing = { result: 'Succeeded', afterMs: 800 } as const;
