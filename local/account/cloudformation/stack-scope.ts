import { validationError } from './cloudformation-errors.ts';
import { LATER, resolve, type Scope } from './intrinsics.ts';
import type { Stack, StackDefinition } from './stack.ts';
import type { ResourceDeclaration } from './template.ts';

/** A resource's properties and update policy with every reference to another resource put in. */
export interface ResolvedResource {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly updatePolicy: Readonly<Record<string, unknown>> | undefined;
}

/** Resolves a declaration against the resources a stack has; all it depends on must exist. */
export function resolveResource(
  stack: Stack,
  { Properties, UpdatePolicy }: ResourceDeclaration,
): ResolvedResource {
  const scope = resourceScope(stack);
  const policy = UpdatePolicy?.CodeDeployLambdaAliasUpdate;
  return {
    properties: resolve(Properties ?? {}, scope) as Readonly<Record<string, unknown>>,
    updatePolicy:
      policy === undefined ? undefined : (resolve(policy, scope) as Readonly<Record<string, unknown>>),
  };
}

/** The values of a stack's outputs. */
export function resolveOutputs(stack: Stack, { outputs }: StackDefinition) {
  const scope = resourceScope(stack);
  return outputs.map(({ key, value, description, exportName }) => ({
    OutputKey: key,
    OutputValue: String(resolve(value, scope)),
    ...(description !== undefined && { Description: description }),
    ...(exportName !== undefined && { ExportName: String(resolve(exportName, scope)) }),
  }));
}

function resourceScope(stack: Stack): Scope {
  return {
    ref: (name) => stack.resources.get(name)?.physicalId ?? LATER,
    getAtt: (logicalId, attribute) => {
      const resource = stack.resources.get(logicalId);
      if (!resource) return LATER;
      // Types without a model of their own still need a value that is stable and says what it stands for.
      return resource.attributes[attribute] ?? `${resource.physicalId}.${attribute}`;
    },
    importValue: (name) => stack.importValue(name) ?? '',
    condition: (name) => {
      throw validationError(`Template error: Unresolved condition ${name}`);
    },
    findInMap: (map) => {
      throw validationError(`Template error: Unresolved mapping ${map}`);
    },
  };
}
