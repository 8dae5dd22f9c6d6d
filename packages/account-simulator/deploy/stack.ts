import { evaluateTemplate } from '../account/template/evaluate-template.ts';
import { parameterTexts, parameterValue, STORED_TYPE } from '../account/template/parameters.ts';
import { type ParameterDeclaration, readTemplate, type Template } from '../account/template/template.ts';
import type { TemplateValue } from '../account/template/template-value.ts';
import { readStatements } from './policy-statement.ts';
import { PropertyReader } from './property-reader.ts';
import { readFunction, readInvokeConfig } from './read-function.ts';
import { type ReadText, readMachine } from './read-machine.ts';
import { readRole } from './read-role.ts';
import { readRule, readSchedule } from './read-rule.ts';
import { readAlarm, readBucket, readParameter, readSubscription, readTable } from './read-store.ts';
import type { StackPlace } from './resource-types.ts';
import { pseudoValues, type StackResource, StackScope } from './stack-scope.ts';
import type { ResourcePolicySpec, RoleSpec, StackSpec, SubscriptionSpec } from './stack-spec.ts';
import { ProblemList } from './template-problem.ts';

/** Values for the template's parameters, by name, as `sam deploy --parameter-overrides` takes them. */
export type ParameterValues = Readonly<Record<string, string | number | boolean>>;

/** The template of a stack, its parameters and its place. */
export interface StackInput {
  readonly file: string;
  readonly text: string;
  readonly parameters: ParameterValues;
  readonly place: StackPlace;
  /** Reads the files that the template names. */
  readonly readText: ReadText;
}

/**
 * Reads a SAM template into the resources it deploys, everything resolved.
 *
 * @throws TemplateError with every problem of the template, its definitions and the parameter values
 */
export function readStack({ file, text, parameters, place, readText }: StackInput): StackSpec {
  const problems = new ProblemList(file);
  const template = readTemplate(text, problems);
  const values = readParameters(template, parameters, problems);
  // Without its parameters nothing resolves, and every further problem would follow from the missing ones.
  problems.throwIfAny();
  const { resources, outputs } = evaluateTemplate(
    template,
    new Map([...pseudoValues(place), ...values]),
    problems,
  );
  const scope = new StackScope(resources, place, problems);
  const reader = new StackReader(scope, problems);
  const roles = reader.roles();
  const asynchronous = new Map(reader.each('AWS::Lambda::EventInvokeConfig', readInvokeConfig));
  const spec: StackSpec = {
    place,
    functions: reader.each('AWS::Lambda::Function', (properties, resource) =>
      readFunction(
        properties,
        { ...identityOf(resource), roleArn: properties.text('Role') },
        asynchronous.get(resource.name),
      ),
    ),
    machines: reader.each('AWS::StepFunctions::StateMachine', (properties, resource) =>
      readMachine(
        properties,
        { ...identityOf(resource), roleArn: properties.text('RoleArn') },
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
    unsimulated: scope.resources.flatMap(({ logicalId, typeName, type }) =>
      type.unsimulated ? { logicalId, type: typeName, reason: type.unsimulated } : [],
    ),
    outputs: Object.fromEntries(
      Object.entries(outputs).flatMap(([name, { Value }]) => {
        const value = scope.intrinsics.resolve(Value, `Outputs.${name}.Value`);
        return value === undefined ? [] : [[name, value]];
      }),
    ),
  };
  checkTargets(spec, problems);
  const owned = giveRoles(spec, roles, problems);
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
      .filter(({ typeName }) => typeName === type)
      .map((resource) => read(this.#properties(resource), resource));
  }

  roles(): RoleSpec[] {
    const policies = new Map(
      this.each('AWS::IAM::ManagedPolicy', (properties, resource) => [
        String(resource.ref()),
        readStatements(properties.map('PolicyDocument')),
      ]),
    );
    return this.each('AWS::IAM::Role', (properties, { logicalId, ...resource }) => ({
      logicalId,
      roleArn: String(resource.attribute('Arn')),
      statements: readRole(properties, policies),
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

  #properties({ properties, path }: StackResource): PropertyReader {
    return new PropertyReader(this.#scope.intrinsics.resolveMap(properties, path), path, this.#problems);
  }
}

function identityOf(resource: StackResource, arnAttribute = 'Arn') {
  const { logicalId, name } = resource;
  const arn = arnAttribute in resource.type.attributes ? String(resource.attribute(arnAttribute)) : name;
  return { logicalId, name, arn };
}

function readParameters(
  template: Template,
  given: ParameterValues,
  problems: ProblemList,
): ReadonlyMap<string, TemplateValue> {
  const texts = new Map(Object.entries(given).map(([name, value]) => [name, String(value)]));
  return new Map(
    [...parameterTexts(template, texts, problems)].map(([name, text]) => {
      const declaration = template.Parameters?.[name] as ParameterDeclaration;
      if (declaration.Type?.startsWith(STORED_TYPE)) {
        // The stack is deployed into a new account, whose Parameter Store is empty.
        const reason = `Unable to fetch parameters [${text}] from parameter store for this account.`;
        problems.add(`Parameters.${name}`, reason);
      }
      return [name, parameterValue(declaration, text)];
    }),
  );
}

/** Targets must be functions, machines, queues or topics of the stack: the rehearsal delivers nowhere else. */
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

/** Names each role after the function or machine that runs under it; a shared role appears once for each. */
function giveRoles(
  { functions, machines }: StackSpec,
  roles: readonly RoleSpec[],
  problems: ProblemList,
): RoleSpec[] {
  const owned = [...functions, ...machines].flatMap(({ logicalId, roleArn }) => {
    const role = roles.find((one) => one.roleArn === roleArn);
    if (role) return { ...role, logicalId };
    problems.add(
      `Resources.${logicalId}.Properties.Role`,
      `${roleArn} is not a role of this template, so what it allows is unknown`,
    );
    return [];
  });
  const taken = new Set(owned.map(({ roleArn }) => roleArn));
  return [...owned, ...roles.filter(({ roleArn }) => !taken.has(roleArn))];
}
