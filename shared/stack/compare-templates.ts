import { identityOf } from './physical-names.ts';
import { referencesIn } from './references.ts';
import { isPolicyOf } from './role-policies.ts';
import type { StackTemplate, TemplateResource } from './stack-template.ts';

/** A resource that the old code, or an old deployment of an API, lacks while its stack is not back. */
export interface Finding {
  /** `certain`: it cannot serve; `at-risk`: it may behave differently. */
  readonly verdict: 'certain' | 'at-risk';
  /** Logical id of the function, or of the API. */
  readonly of: string;
  /** In words, as a clause: `its role FunctionRole is gone`. */
  readonly reason: string;
  /**
   * Whether the saved template restores it under its own name, by an addition. A version keeps the names that it was
   * published with, and CloudFormation generates a new name each time. Absent if nothing is certain.
   */
  readonly mendedByStack?: boolean;
}

/**
 * Breakage, certain or possible, if aliases and stages alone go back and the stack stays as it is. A version of a function
 * is frozen with its role and its environment: code and settings come back with it, but nothing outside it does.
 *
 * Only deletions in the live template are certain: the role of the function, a resource in its environment, or the
 * permission by which an API calls it. A resource that is kept when it leaves the template is a risk, and so is every
 * changed resource.
 *
 * @param saved the processed template that the old code was released with
 * @param live the current processed template of the stack
 */
export function compareTemplates(saved: StackTemplate, live: StackTemplate): Finding[] {
  return Object.entries(saved.Resources).flatMap(([id, before]) => {
    if (before.Type === 'AWS::Lambda::Function') return ofFunction(id, before);
    return apiTypes.has(before.Type) ? ofApi(id) : [];
  });

  function ofFunction(id: string, before: TemplateResource): Finding[] {
    const { Role, Environment } = before.Properties ?? {};
    return [
      ...[...referencesIn(Role)].flatMap((role) => ofNeeded(id, 'its role', role)),
      ...[...referencesIn(Role)].flatMap((role) => ofPolicies(id, role)),
      ...[...referencesIn(Environment)].flatMap((one) => ofNeeded(id, 'in its environment,', one)),
      ...ofSurroundings(id),
    ];
  }

  /** A resource whose name a version holds. */
  function ofNeeded(of: string, as: string, id: string): Finding[] {
    const before = saved.Resources[id];
    if (!before) return [];
    const name = `${as} ${id} (${before.Type})`;
    const after = live.Resources[id];
    if (after && after.Type === before.Type && !isRenamed(before, after)) {
      if (before.Condition !== after.Condition) {
        return [atRisk(of, `${name} depends on another condition`)];
      }
      const isRole = before.Type === 'AWS::IAM::Role';
      return isRole || sameProperties(before, after) ? [] : [atRisk(of, `${name} has changed`)];
    }
    const kept = after?.Type === before.Type ? before.UpdateReplacePolicy : before.DeletionPolicy;
    if (kept === 'Retain' || kept === 'RetainExceptOnCreate') {
      return [atRisk(of, `${name} is not in the stack any more, and kept`)];
    }
    // It is not known whether the condition holds.
    if (before.Condition !== undefined) return [atRisk(of, `${name} is gone, if it was there`)];
    // A resource that another one replaced would have to be replaced again.
    const mendedByStack = !after && identityOf(before) !== undefined;
    return [{ verdict: 'certain', of, reason: `${name} is gone`, mendedByStack }];
  }

  /** Permissions of a function's role. */
  function ofPolicies(of: string, role: string): Finding[] {
    const isOf = (one: TemplateResource) => isPolicyOf(one, role);
    const [before, after] = [saved.Resources[role], live.Resources[role]];
    const own =
      before && after && !sameProperties(before, after) && !isRenamed(before, after)
        ? [atRisk(of, `its role ${role} has changed`)]
        : [];
    return [
      ...own,
      ...differences(isOf).map(([id, how]) => atRisk(of, `the policy ${id} of its role ${how}`)),
    ];
  }

  /** Callers of a function, and their settings. */
  function ofSurroundings(of: string): Finding[] {
    const own = new Set([of, ...versionsAndAliasesOf(saved, of), ...versionsAndAliasesOf(live, of)]);
    const isOf = ({ Type, Properties }: TemplateResource) =>
      Type in surroundings && [...referencesIn(Properties)].some((one) => own.has(one));
    return differences(isOf).map(([id, how, type]) => atRisk(of, `the ${surroundings[type]} ${id} ${how}`));
  }

  /** An API that goes back without its permission answers 500 on the path. */
  function ofApi(api: string): Finding[] {
    return Object.entries(saved.Resources).flatMap(([id, before]): Finding[] => {
      if (before.Type !== 'AWS::Lambda::Permission' || id in live.Resources) return [];
      if (!referencesIn(before.Properties?.SourceArn).has(api)) return [];
      const reason = `the permission ${id}, by which it calls its function, is gone`;
      if (before.Condition !== undefined) return [atRisk(api, `${reason}, if it was there`)];
      return [{ verdict: 'certain', of: api, reason, mendedByStack: true }];
    });
  }

  /** Relevant resources that differ between the templates: logical id, difference, type. */
  function differences(isOf: (one: TemplateResource) => boolean): (readonly [string, string, string])[] {
    const ids = new Set([...Object.keys(saved.Resources), ...Object.keys(live.Resources)]);
    return [...ids].sort().flatMap((id): (readonly [string, string, string])[] => {
      const [before, after] = [saved.Resources[id], live.Resources[id]];
      const type = (before ?? after)?.Type ?? '';
      if (!((before && isOf(before)) || (after && isOf(after)))) return [];
      if (!before) return [[id, 'is new', type]];
      if (!after) return [[id, 'is gone', type]];
      return sameProperties(before, after) && before.Condition === after.Condition
        ? []
        : [[id, 'has changed', type]];
    });
  }
}

const apiTypes: ReadonlySet<string> = new Set(['AWS::ApiGateway::RestApi', 'AWS::ApiGatewayV2::Api']);

/** Types of resources around a function, with their names in a mail. */
const surroundings: Readonly<Record<string, string>> = {
  'AWS::Lambda::EventSourceMapping': 'event source',
  'AWS::Lambda::EventInvokeConfig': 'invoke configuration',
  'AWS::Lambda::Url': 'URL',
  'AWS::Lambda::Permission': 'permission',
  'AWS::Events::Rule': 'rule',
  'AWS::Scheduler::Schedule': 'schedule',
  'AWS::SNS::Subscription': 'subscription',
};

function atRisk(of: string, reason: string): Finding {
  return { verdict: 'at-risk', of, reason };
}

/** Whether a changed name replaced a resource. */
function isRenamed(before: TemplateResource, after: TemplateResource): boolean {
  return !same(identityOf(before), identityOf(after));
}

/** Aliases and versions of a function, by the logical ids with which others refer to it. */
function versionsAndAliasesOf({ Resources }: StackTemplate, id: string): string[] {
  return Object.entries(Resources).flatMap(([logicalId, { Type, Properties }]) => {
    const isOne = Type === 'AWS::Lambda::Alias' || Type === 'AWS::Lambda::Version';
    return isOne && referencesIn(Properties?.FunctionName).has(id) ? [logicalId] : [];
  });
}

function sameProperties(one: TemplateResource, other: TemplateResource): boolean {
  return one.Type === other.Type && same(one.Properties ?? {}, other.Properties ?? {});
}

/** Templates are JSON; the order of members has no meaning. */
function same(one: unknown, other: unknown): boolean {
  return canonical(one) === canonical(other);
}

function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_, member: unknown) =>
      typeof member === 'object' && member !== null && !Array.isArray(member)
        ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
        : member,
    ) ?? ''
  );
}
