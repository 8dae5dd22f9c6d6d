import type { StackTemplate } from './stack-template.ts';

/** The contents of a stack that determine the versions of its aliases. */
export interface StackContents {
  /** The current processed template of the stack. */
  readonly template: StackTemplate;
  /** Physical ids of its resources, by logical id. */
  readonly physicalIds: ReadonlyMap<string, string>;
  readonly parameters: readonly { readonly key: string; readonly value: string }[];
}

/** An alias of a stack, and its version in the stack's own state. */
export interface StackAlias {
  readonly function: string;
  readonly alias: string;
  /** Undefined if the template does not show it. */
  readonly version: string | undefined;
}

/**
 * The aliases of a stack with their versions in the stack's own state: a literal number, a parameter, or the version that a
 * resource of the stack published.
 */
export function aliasVersions(contents: StackContents): StackAlias[] {
  return Object.entries(contents.template.Resources).flatMap(([logicalId, { Type, Properties }]) => {
    if (Type !== 'AWS::Lambda::Alias') return [];
    // arn:aws:lambda:eu-west-1:111122223333:function:NAME:ALIAS; a resource whose condition is false has none.
    const [, name, alias] =
      /:function:([^:]+):([^:]+)$/.exec(contents.physicalIds.get(logicalId) ?? '') ?? [];
    if (name === undefined || alias === undefined) return [];
    return { function: name, alias, version: versionOf(Properties?.FunctionVersion, contents) };
  });
}

function versionOf(value: unknown, { physicalIds, parameters }: StackContents): string | undefined {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  const { Ref, 'Fn::GetAtt': getAtt } = Object(value) as Readonly<Record<string, unknown>>;
  if (typeof Ref === 'string') {
    return numberIn(parameters.find(({ key }) => key === Ref)?.value);
  }
  const [logicalId, attribute] =
    typeof getAtt === 'string' ? getAtt.split('.') : ((getAtt ?? []) as unknown[]);
  if (attribute !== 'Version') return undefined;
  return numberIn(physicalIds.get(String(logicalId))?.split(':').at(-1));
}

function numberIn(text: string | undefined): string | undefined {
  return text !== undefined && /^\d+$/.test(text) ? text : undefined;
}
