import { referencesIn } from './references.ts';
import { isPolicyOf } from './role-policies.ts';
import type { StackTemplate, TemplateResource } from './stack-template.ts';

/** A function and its version in the saved template, by their logical ids. */
export interface BuiltVersion {
  readonly functionId: string;
  readonly versionId: string;
}

/**
 * The template that rebuilds code: the live one, with these functions in their saved form and a version of each, and with
 * the resources that they refer to and the live template lacks; a role comes with its policies. Aliases and everything else
 * are unchanged, so that no user meets the new versions before their digests were read.
 */
export function rebuildTemplate(
  saved: StackTemplate,
  live: StackTemplate,
  builds: readonly BuiltVersion[],
): StackTemplate {
  const taken: Record<SectionName, Record<string, unknown>> = {
    Resources: {},
    Parameters: {},
    Conditions: {},
    Mappings: {},
  };
  const open: unknown[] = [];
  const take = (section: SectionName, name: string): void => {
    const found = sectionOf(saved, section)[name];
    if (found === undefined || name in taken[section]) return;
    taken[section][name] = found;
    open.push(found);
    if (section !== 'Resources' || (found as TemplateResource).Type !== 'AWS::IAM::Role') return;
    for (const [policy, resource] of Object.entries(saved.Resources)) {
      if (isPolicyOf(resource, name) && !(policy in live.Resources)) take('Resources', policy);
    }
  };
  for (const { functionId, versionId } of builds) {
    take('Resources', functionId);
    take('Resources', versionId);
  }
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const name of namesIn(next)) {
      for (const section of sectionNames) {
        if (!(name in sectionOf(live, section))) take(section, name);
      }
    }
  }
  return {
    ...live,
    ...Object.fromEntries(
      sectionNames
        .filter((section) => section in live || Object.keys(taken[section]).length > 0)
        .map((section) => [section, { ...sectionOf(live, section), ...taken[section] }]),
    ),
    Resources: { ...live.Resources, ...(taken.Resources as Record<string, TemplateResource>) },
  };
}

/** All names in a part of a template: parameters, resources, conditions and mappings. */
export function namesIn(value: unknown): Set<string> {
  const names = new Set(referencesIn(value));
  const add = (name: unknown) => typeof name === 'string' && names.add(name);
  const read = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    for (const [key, member] of Object.entries(part)) {
      if (key === 'Condition') add(member);
      if (key === 'DependsOn') for (const one of [member].flat()) add(one);
      if (key === 'Fn::If' || key === 'Fn::FindInMap') add([member].flat()[0]);
      read(member);
    }
  };
  read(value);
  return names;
}

const sectionNames = ['Resources', 'Parameters', 'Conditions', 'Mappings'] as const;
type SectionName = (typeof sectionNames)[number];

function sectionOf(template: StackTemplate, section: SectionName): Readonly<Record<string, unknown>> {
  return Object(template[section]) as Readonly<Record<string, unknown>>;
}

/** The version that a saved template publishes for an alias; undefined if the template has no such resource. */
export function versionPublishedFor(saved: StackTemplate, aliasId: string): BuiltVersion | undefined {
  const alias = saved.Resources[aliasId];
  const versionId = alias && versionResourceOf(alias);
  const version = versionId === undefined ? undefined : saved.Resources[versionId];
  const { Ref: functionId } = Object(version?.Properties?.FunctionName) as { readonly Ref?: unknown };
  if (versionId === undefined || version?.Type !== 'AWS::Lambda::Version') return undefined;
  if (typeof functionId !== 'string' || !(functionId in saved.Resources)) return undefined;
  return { functionId, versionId };
}

/** Logical id of the version that an alias refers to. */
export function versionResourceOf({ Type, Properties = {} }: TemplateResource): string | undefined {
  if (Type !== 'AWS::Lambda::Alias') return undefined;
  const reference = (Properties.FunctionVersion as { 'Fn::GetAtt'?: unknown } | undefined)?.['Fn::GetAtt'];
  const [logicalId] = typeof reference === 'string' ? reference.split('.') : ((reference ?? []) as string[]);
  return logicalId;
}
