/** A CloudFormation template without transform, as JSON. */
export interface ExpandedTemplate {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties?: unknown }>>;
}

const place = 'eu-west-1:111122223333';

/** ARN of a resource by type: what `Ref` or `Fn::GetAtt …Arn` gives; its logical id stands for its name. */
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

const pseudoParameters: Readonly<Record<string, string>> = {
  'AWS::AccountId': '111122223333',
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-west-1',
  'AWS::StackId': `arn:aws:cloudformation:${place}:stack/rollback-coordinator/1`,
  'AWS::StackName': 'rollback-coordinator',
};

/**
 * A value of the template with its references as text: ARNs as they will be, parameters by their name.
 *
 * @throws Error for an intrinsic function or a resource that policies have not had so far
 */
export function resolveArns(value: unknown, template: ExpandedTemplate): unknown {
  const within = (inner: unknown): unknown => resolveArns(inner, template);
  if (Array.isArray(value)) return value.map(within);
  if (typeof value !== 'object' || value === null) return value;
  const [key = '', ...others] = Object.keys(value);
  const argument = (value as Record<string, unknown>)[key];
  if (others.length === 0 && key === 'Ref') return textOf(String(argument), template);
  if (others.length === 0 && key === 'Fn::GetAtt') {
    return textOf((Array.isArray(argument) ? argument : [argument]).join('.'), template);
  }
  if (others.length === 0 && key === 'Fn::Sub' && typeof argument === 'string') {
    return argument.replace(/\$\{([^}!]+)\}/g, (_, name: string) => textOf(name, template));
  }
  if (key.startsWith('Fn::')) throw new Error(`A policy has ${key}, which is not resolved here`);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, within(inner)]));
}

function textOf(name: string, { Resources }: ExpandedTemplate): string {
  const pseudo = pseudoParameters[name];
  if (pseudo !== undefined) return pseudo;
  const [logicalId = '', attribute] = name.split('.');
  const type = Resources[logicalId]?.Type;
  if (type === undefined) return name;
  const isArn = attribute === 'Arn' || (attribute === undefined && /SNS|StepFunctions/.test(type));
  if (!isArn) return logicalId;
  const arn = arnOf[type];
  if (!arn) throw new Error(`A policy has the ARN of ${logicalId}, a ${type}, which is not known here`);
  return arn(logicalId);
}
