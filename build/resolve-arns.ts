import { Intrinsics, type Scope } from 'account-simulator/account/template/intrinsics.ts';
import { Unresolvable } from 'account-simulator/account/template/problems.ts';
import { pseudoParameters } from 'account-simulator/account/template/scope.ts';
import type { TemplateValue } from 'account-simulator/account/template/template-value.ts';

/** A CloudFormation template without transform, as JSON. */
export interface ExpandedTemplate {
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties?: unknown }>>;
}

const place = 'eu-west-1:111122223333';

/** ARN of a resource by type, as from `Ref` or `Fn::GetAtt …Arn`; its logical id stands for its name. */
const arnOf: Readonly<Record<string, (name: string) => string>> = {
  'AWS::CloudWatch::Alarm': (name) => `arn:aws:cloudwatch:${place}:alarm:${name}`,
  'AWS::DynamoDB::Table': (name) => `arn:aws:dynamodb:${place}:table/${name}`,
  'AWS::Events::Rule': (name) => `arn:aws:events:${place}:rule/${name}`,
  'AWS::Lambda::Function': (name) => `arn:aws:lambda:${place}:function:${name}`,
  'AWS::Logs::LogGroup': (name) => `arn:aws:logs:${place}:log-group:${name}:*`,
  'AWS::S3::Bucket': (name) => `arn:aws:s3:::${name.toLowerCase()}`,
  'AWS::SNS::Topic': (name) => `arn:aws:sns:${place}:${name}`,
  'AWS::SQS::Queue': (name) => `arn:aws:sqs:${place}:${name}`,
  'AWS::StepFunctions::StateMachine': (name) => `arn:aws:states:${place}:stateMachine:${name}`,
};

const pseudo = pseudoParameters({
  accountId: '111122223333',
  partition: 'aws',
  region: 'eu-west-1',
  stackId: `arn:aws:cloudformation:${place}:stack/rollback-coordinator/1`,
  stackName: 'rollback-coordinator',
});

/**
 * A value of the template with its references as text: ARNs in full, parameters by their name. Conditions of the template hold.
 *
 * @throws Error for an intrinsic function or a resource that policies have not used so far
 */
export function resolveArns(value: unknown, { Conditions = {}, Resources }: ExpandedTemplate): unknown {
  const textOf = (logicalId: string, attribute?: string): string => {
    const type = Resources[logicalId]?.Type;
    if (type === undefined) return pseudo.get(logicalId) ?? logicalId;
    const isArn = attribute === 'Arn' || (attribute === undefined && /SNS|StepFunctions/.test(type));
    if (!isArn) return logicalId;
    const arn = arnOf[type];
    if (!arn) throw new Error(`A policy has the ARN of ${logicalId}, a ${type}, which is not known here`);
    return arn(logicalId);
  };
  const scope: Scope = {
    hasExtensions: false,
    ref: textOf,
    getAtt: textOf,
    // An optional part is checked as if it were wanted.
    condition: (name) => {
      if (!(name in Conditions)) throw new Unresolvable(`it depends on the condition ${name}`);
      return true;
    },
    mapping: () => undefined,
    importValue: () => undefined,
  };
  const refusing = {
    add: (_path: string, reason: string) => {
      throw new Error(`A policy cannot be resolved: ${reason}`);
    },
  };
  return new Intrinsics(scope, refusing).resolve(value as TemplateValue);
}
