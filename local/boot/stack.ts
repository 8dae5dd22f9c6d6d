import { checkDependencies } from './dependency-check.ts';
import { readStatements } from './policy-statement.ts';
import { PropertyReader } from './property-reader.ts';
import { readFunction } from './read-function.ts';
import { type ReadText, readMachine } from './read-machine.ts';
import { readRole } from './read-role.ts';
import { readRule, readSchedule } from './read-rule.ts';
import { readAlarm, readBucket, readParameter, readSubscription, readTable } from './read-store.ts';
import { checkReferences } from './reference-check.ts';
import type { StackPlace } from './resource-types.ts';
import { expandSam } from './sam-expansion.ts';
import { type StackResource, StackScope } from './stack-scope.ts';
import type { ResourcePolicySpec, RoleSpec, StackSpec, SubscriptionSpec } from './stack-spec.ts';
import { readTemplate } from './template.ts';
import { type ParameterValues, resolveParameters } from './template-parameters.ts';
import { ProblemList } from './template-problem.ts';
import { checkRules } from './template-rules.ts';
import { isMap, type TemplateMap, type TemplateValue } from './template-value.ts';

/** What a stack is made of and where. */
export interface StackInput {
  readonly file: string;
  readonly text: string;
  readonly parameters: ParameterValues;
  readonly place: StackPlace;
  /** Reads the files the template names. */
  readonly readText: ReadText;
}

/**
 * Reads a SAM template into the resources it deploys, everything resolved.
 *
 * @throws TemplateError with every problem of the template, its definitions and the parameter values
 */
export function readStack({ file, text, parameters, place, readText }: StackInput): StackSpec {
  const problems = new ProblemList(file);
  const template = expandSam(readTemplate(text, problems), problems);
  const values = resolveParameters(template.parameters, parameters, problems);
  // Without its parameters nothing resolves: the rest would only be echoes.
  problems.throwIfAny();
  checkReferences(template, problems);
  checkDependencies(template, problems);
  const scope = new StackScope(template, values, place, problems);
  checkRules(template.rules, scope.resolver, problems);
  const reader = new StackReader(scope, problems);
  const roles = reader.roles();
  const spec: StackSpec = {
    place,
    functions: reader.each('AWS::Serverless::Function', (properties, resource) =>
      readFunction(properties, { ...identityOf(resource), roleArn: properties.text('Role') }),
    ),
    machines: reader.each('AWS::Serverless::StateMachine', (properties, resource) =>
      readMachine(
        properties,
        { ...identityOf(resource), roleArn: properties.text('Role') },
        readText,
        problems,
      ),
    ),
    rules: reader.each('AWS::Events::Rule', (properties, resource) =>
      readRule(properties, identityOf(resource)),
    ),
    schedules: reader.each('AWS::Scheduler::Schedule', (properties, resource) =>
      readSchedule(properties, identityOf(resource)),
    ),
    queues: reader.each('AWS::SQS::Queue', (_, resource) => ({
      ...identityOf(resource),
      url: String(resource.ref()),
    })),
    topics: reader.topics(),
    tables: reader.each('AWS::DynamoDB::Table', (properties, resource) =>
      readTable(properties, identityOf(resource)),
    ),
    buckets: reader.each('AWS::S3::Bucket', (properties, resource) =>
      readBucket(properties, identityOf(resource)),
    ),
    parameters: reader.each('AWS::SSM::Parameter', (properties, resource) =>
      readParameter(properties, identityOf(resource)),
    ),
    alarms: reader.each('AWS::CloudWatch::Alarm', (properties, resource) =>
      readAlarm(properties, identityOf(resource)),
    ),
    roles: [],
    resourcePolicies: reader.resourcePolicies(),
    unsimulated: scope.resources.flatMap(({ logicalId, declaration, type }) =>
      type.unsimulated ? { logicalId, type: declaration.type, reason: type.unsimulated } : [],
    ),
    outputs: readOutputs(template.outputs, scope, problems),
  };
  checkTargets(spec, problems);
  const owned = giveRoles(spec, roles, problems, scope);
  problems.throwIfAny();
  return { ...spec, roles: owned };
}

class StackReader {
  readonly #scope: StackScope;
  readonly #problems: ProblemList;

  constructor(scope: StackScope, problems: ProblemList) {
    this.#scope = scope;
    this.#problems = problems;
  }

  each<T>(type: string, read: (properties: PropertyReader, resource: StackResource) => T): T[] {
    return this.#scope.resources
      .filter(({ declaration }) => declaration.type === type)
      .map((resource) => read(this.#properties(resource), resource));
  }

  roles(): RoleSpec[] {
    return this.each('AWS::IAM::Role', (properties, { logicalId, ...resource }) => ({
      logicalId,
      roleArn: String(resource.attribute('Arn')),
      statements: readRole(properties, this.#problems),
    }));
  }

  topics(): StackSpec['topics'] {
    const separate = this.each('AWS::SNS::Subscription', (properties) => ({
      topicArn: properties.text('TopicArn'),
      subscription: readSubscription(properties),
    }));
    return this.each('AWS::SNS::Topic', (properties, resource) => {
      const identity = identityOf(resource, 'TopicArn');
      const displayName = properties.optionalText('DisplayName');
      const own: SubscriptionSpec[] = properties
        .maps('Subscription')
        .map((subscription) => readSubscription(subscription.only(['Protocol', 'Endpoint'])));
      const others = separate.filter(({ topicArn }) => topicArn === identity.arn);
      return {
        ...identity,
        ...(displayName === undefined ? {} : { displayName }),
        subscriptions: [...own, ...others.map(({ subscription }) => subscription)],
      };
    });
  }

  resourcePolicies(): ResourcePolicySpec[] {
    const read =
      (list: string) =>
      (properties: PropertyReader, { logicalId }: StackResource) => ({
        logicalId,
        resources: properties.texts(list),
        statements: readStatements(properties.map('PolicyDocument')),
      });
    return [
      ...this.each('AWS::SQS::QueuePolicy', read('Queues')),
      ...this.each('AWS::SNS::TopicPolicy', read('Topics')),
      ...this.each('AWS::S3::BucketPolicy', read('Bucket')),
    ];
  }

  #properties({ declaration: { properties, path } }: StackResource): PropertyReader {
    return new PropertyReader(this.#scope.resolver.resolveMap(properties, path), path, this.#problems);
  }
}

function identityOf(resource: StackResource, arnAttribute = 'Arn') {
  const { logicalId, name } = resource;
  const arn = arnAttribute in resource.type.attributes ? String(resource.attribute(arnAttribute)) : name;
  return { logicalId, name, arn };
}

function readOutputs(outputs: TemplateMap, scope: StackScope, problems: ProblemList): StackSpec['outputs'] {
  const values: Record<string, TemplateValue> = {};
  for (const [name, output] of Object.entries(outputs)) {
    const path = `Outputs.${name}`;
    if (!isMap(output) || output.Value === undefined) {
      problems.add(path, 'must be a mapping with a Value');
      continue;
    }
    const condition = output.Condition;
    // A condition that does not exist has been noted by the reference check.
    if (typeof condition === 'string' && !scope.holds(condition)) continue;
    const value = scope.resolver.resolve(output.Value, `${path}.Value`);
    if (value !== undefined) values[name] = value;
  }
  return values;
}

/** Events can only go where the rehearsal delivers them: to functions, machines, queues and topics of the stack. */
function checkTargets(spec: StackSpec, problems: ProblemList): void {
  const { functions, machines, queues, topics } = spec;
  const known = new Set([...functions, ...machines, ...queues, ...topics].map(({ arn }) => arn));
  const queueArns = new Set(queues.map(({ arn }) => arn));
  const targets = [
    ...spec.rules.flatMap(({ logicalId, targets }) => targets.map((target) => ({ logicalId, target }))),
    ...spec.schedules.map(({ logicalId, target }) => ({ logicalId, target })),
  ];
  for (const { logicalId, target } of targets) {
    if (target.arn && !known.has(target.arn)) {
      problems.add(`Resources.${logicalId}`, `the target ${target.arn} is nothing of this template`);
    }
    if (target.deadLetterArn !== undefined && !queueArns.has(target.deadLetterArn)) {
      problems.add(
        `Resources.${logicalId}`,
        `the dead-letter queue ${target.deadLetterArn} is not of this template`,
      );
    }
  }
}

/** Names each role after the one that runs under it; two that share one appear both. */
function giveRoles(
  { functions, machines }: StackSpec,
  roles: readonly RoleSpec[],
  problems: ProblemList,
  scope: StackScope,
): RoleSpec[] {
  const owned = [...functions, ...machines].flatMap(({ logicalId, roleArn }) => {
    const role = roles.find((one) => one.roleArn === roleArn);
    if (role) return { ...role, logicalId };
    const path = scope.resources.find((one) => one.logicalId === logicalId)?.declaration.path;
    problems.add(`${path}.Role`, `${roleArn} is not a role of this template, so what it allows is unknown`);
    return [];
  });
  const taken = new Set(owned.map(({ roleArn }) => roleArn));
  return [...owned, ...roles.filter(({ roleArn }) => !taken.has(roleArn))];
}
