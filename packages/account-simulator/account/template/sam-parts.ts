import type { Problems } from './problems.ts';
import { policyStatement } from './sam-policies.ts';
import { type ResourceDeclaration, SAM_TRANSFORM } from './template.ts';
import {
  intrinsicName,
  isList,
  isMap,
  member,
  type TemplateMap,
  type TemplateValue,
} from './template-value.ts';

/** Resources that SAM makes, by logical id. */
export type MadeResources = Record<string, ResourceDeclaration>;

/** Reports the problems of one resource in SAM's words. */
export class SamReport {
  readonly #logicalId: string;
  readonly #problems: Problems;

  constructor(logicalId: string, problems: Problems) {
    this.#logicalId = logicalId;
    this.#problems = problems;
  }

  /** @param path below the resource's properties; empty for the resource itself */
  refuse(path: string, reason: string): void {
    this.add(
      path,
      `Transform ${SAM_TRANSFORM} failed with: Resource with id [${this.#logicalId}] is invalid. ${reason}`,
    );
  }

  /** As {@link refuse}, with the whole message. */
  add(path: string, message: string): void {
    const own = `Resources.${this.#logicalId}`;
    this.#problems.add(path === '' ? own : `${own}.Properties.${path}`, message);
  }
}

/** Kinds of owners for which SAM makes a role; each names the service that assumes it. */
export type RoleOwner = 'lambda' | 'states' | 'events' | 'scheduler' | 'codedeploy';

/** A role with the policies of a function or machine. `Policies` takes documents, names and ARNs of managed policies. */
export function roleFor(
  owner: RoleOwner,
  roleId: string,
  properties: TemplateMap,
  report: SamReport,
): ResourceDeclaration {
  const { Policies = [], AssumeRolePolicyDocument, PermissionsBoundary, RolePath } = properties;
  const managed: TemplateValue[] = [];
  const inline: TemplateValue[] = [];
  for (const [at, policy] of (isList(Policies) ? Policies : [Policies]).entries()) {
    if (!isMap(policy) || intrinsicName(policy) !== undefined) managed.push(policy);
    else if ('PolicyDocument' in policy) inline.push(policy);
    else if ('Statement' in policy)
      inline.push({ PolicyName: `${roleId}Policy${at}`, PolicyDocument: policy });
    else {
      const [name = ''] = Object.keys(policy);
      const statement = policyStatement(name, policy[name]);
      if (statement) {
        const PolicyDocument = { Statement: [statement] };
        inline.push({ PolicyName: `${roleId}Policy${at}`, PolicyDocument });
        continue;
      }
      report.add(`Policies[${at}]`, `The SAM policy template ${name} is not simulated: write the statements`);
    }
  }
  return {
    Type: 'AWS::IAM::Role',
    Properties: defined({
      AssumeRolePolicyDocument: AssumeRolePolicyDocument ?? assumedBy(owner),
      ManagedPolicyArns: managed.length > 0 ? managed : undefined,
      Policies: inline.length > 0 ? inline : undefined,
      PermissionsBoundary,
      Path: RolePath,
      Tags: tagList(properties.Tags),
    }),
  };
}

/** A role that allows one action on one resource. */
export function roleToDo(
  owner: RoleOwner,
  name: string,
  action: string,
  resource: TemplateValue,
): ResourceDeclaration {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: assumedBy(owner),
      Policies: [
        {
          PolicyName: name,
          PolicyDocument: { Statement: [{ Effect: 'Allow', Action: action, Resource: resource }] },
        },
      ],
    },
  };
}

/** The policy that lets a service assume a role. */
export function assumedBy(owner: RoleOwner): TemplateMap {
  return {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: ['sts:AssumeRole'], Principal: { Service: [`${owner}.amazonaws.com`] } },
    ],
  };
}

/** The address of a packaged file: `s3://bucket/key`, its parts, or a path that is used as the key alone. */
export function objectAt(
  uri: TemplateValue | undefined,
): { bucket?: string; key: TemplateValue; version?: TemplateValue } | undefined {
  if (typeof uri === 'string') {
    const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
    return bucket && key ? { bucket, key } : { key: uri };
  }
  const key = member(uri, 'Key');
  if (key === undefined) return undefined;
  return { bucket: member(uri, 'Bucket') as string, key, version: member(uri, 'Version') as TemplateValue };
}

/** SAM takes tags as a mapping, CloudFormation as a list. */
export function tagList(tags: TemplateValue | undefined): TemplateValue | undefined {
  return isMap(tags) && intrinsicName(tags) === undefined
    ? Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
    : tags;
}

/** The members that have a value. */
export function defined(properties: Readonly<Record<string, TemplateValue | undefined>>): TemplateMap {
  return Object.fromEntries(
    Object.entries(properties).filter((entry): entry is [string, TemplateValue] => entry[1] !== undefined),
  );
}

/** The named members of a mapping that have a value. */
export function pick(map: TemplateMap, names: readonly string[]): TemplateMap {
  return defined(Object.fromEntries(names.map((name) => [name, map[name]])));
}

/** The permission by which a service calls a function. @param source ARN of the calling resource */
export function permissionFor(
  functionName: TemplateValue,
  service: string,
  source: TemplateValue | undefined,
): ResourceDeclaration {
  return {
    Type: 'AWS::Lambda::Permission',
    Properties: defined({
      Action: 'lambda:InvokeFunction',
      FunctionName: functionName,
      Principal: `${service}.amazonaws.com`,
      SourceArn: source,
    }),
  };
}
