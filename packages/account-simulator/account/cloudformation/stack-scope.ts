import { Intrinsics, LATER } from '../template/intrinsics.ts';
import { Unresolvable } from '../template/problems.ts';
import type { ResourceDeclaration } from '../template/template.ts';
import type { TemplateMap } from '../template/template-value.ts';
import { refusing } from './cloudformation-errors.ts';
import type { Stack, StackDefinition } from './stack.ts';

/** A resource's properties and update policy with all references to other resources resolved. */
export interface ResolvedResource {
  readonly properties: TemplateMap;
  readonly updatePolicy: TemplateMap | undefined;
}

/** Resolves a declaration against a stack's resources; all its dependencies must exist. */
export function resolveResource(
  stack: Stack,
  { Properties, UpdatePolicy }: ResourceDeclaration,
): ResolvedResource {
  const intrinsics = resourceIntrinsics(stack);
  const policy = UpdatePolicy?.CodeDeployLambdaAliasUpdate as TemplateMap | undefined;
  return {
    properties: intrinsics.resolveMap(Properties ?? {}),
    updatePolicy: policy && intrinsics.resolveMap(policy),
  };
}

/** The values of a stack's outputs. */
export function resolveOutputs(stack: Stack, { outputs }: StackDefinition) {
  const intrinsics = resourceIntrinsics(stack);
  return outputs.map(({ key, value, description, exportName }) => ({
    OutputKey: key,
    OutputValue: String(intrinsics.resolve(value)),
    ...(description !== undefined && { Description: description }),
    ...(exportName !== undefined && { ExportName: String(intrinsics.resolve(exportName)) }),
  }));
}

/** Parameters, conditions and mappings have been resolved before. */
function resourceIntrinsics(stack: Stack): Intrinsics {
  const scope = {
    hasExtensions: true,
    ref: (name: string) => stack.resources.get(name)?.physicalId ?? LATER,
    getAtt: (logicalId: string, attribute: string) => {
      const resource = stack.resources.get(logicalId);
      if (!resource) return LATER;
      // A type without a model of its own still needs a stable value that names the resource and attribute.
      return resource.attributes[attribute] ?? `${resource.physicalId}.${attribute}`;
    },
    importValue: stack.importValue,
    condition: (name: string, where: string) => {
      throw new Unresolvable(`Template error: unresolved condition dependency ${name} in ${where}`);
    },
    mapping: () => undefined,
  };
  return new Intrinsics(scope, refusing);
}
