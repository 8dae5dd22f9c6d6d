import { canonicalJson } from '../canonical-json.ts';
import type { StackTemplate, TemplateResource } from './stack-template.ts';

/** Differences between two templates, by logical id. */
export interface TemplateChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** With the names of the changed parts, never values: `CreateOrder (Code, Environment)`. */
  readonly changed: readonly string[];
}

/** New with every release: versions and code digests show their changes. */
const everyRelease: ReadonlySet<string> = new Set([
  'AWS::Lambda::Version',
  'AWS::Lambda::Alias',
  'AWS::ApiGateway::Deployment',
  'AWS::ApiGatewayV2::Deployment',
]);

/** The resources of its stack that a release changed. */
export function changedResources(before: StackTemplate, after: StackTemplate): TemplateChanges {
  const [old, now] = [telling(before), telling(after)];
  return {
    added: [...now.keys()].filter((id) => !old.has(id)).sort(),
    removed: [...old.keys()].filter((id) => !now.has(id)).sort(),
    changed: [...now]
      .flatMap(([id, resource]) => {
        const was = old.get(id);
        const parts = was ? changedParts(was, resource) : [];
        return parts.length > 0 ? [`${id} (${parts.join(', ')})`] : [];
      })
      .sort(),
  };
}

/** A parameter of a stack; one without a value is masked, and not compared. */
interface StackParameter {
  readonly key: string;
  readonly value?: string | undefined;
}

/** Names of the parameters that are missing in one of two states, or differ between them. */
export function changedParameters(
  before: readonly StackParameter[],
  after: readonly StackParameter[],
): string[] {
  const [old, now] = [valuesOf(before), valuesOf(after)];
  const isChanged = (key: string) => {
    if (!old.has(key) || !now.has(key)) return true;
    const [was, is] = [old.get(key), now.get(key)];
    return was !== undefined && is !== undefined && was !== is;
  };
  return [...new Set([...old.keys(), ...now.keys()])].filter(isChanged).sort();
}

function telling({ Resources }: StackTemplate): Map<string, TemplateResource> {
  return new Map(Object.entries(Resources).filter(([, { Type }]) => !everyRelease.has(Type)));
}

/** Names of the differing properties and attributes. Metadata has no effect. */
function changedParts(before: TemplateResource, after: TemplateResource): string[] {
  const { Properties: old = {}, Metadata: _, ...oldRest } = before;
  const { Properties: now = {}, Metadata: __, ...nowRest } = after;
  return [...differing(oldRest, nowRest), ...differing(old, now)];
}

function differing(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => canonicalJson(before[name] ?? null) !== canonicalJson(after[name] ?? null))
    .sort();
}

function valuesOf(parameters: readonly StackParameter[]): Map<string, string | undefined> {
  return new Map(parameters.map(({ key, value }) => [key, value]));
}
