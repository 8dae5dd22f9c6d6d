import { typesWithoutData } from './types-without-data.ts';

/** One change of a change set, with the fields that decisions use (CloudFormation API reference, ResourceChange). */
export interface StackChange {
  /** `Add`, `Modify`, `Remove`, `Import`, `Dynamic`, `SyncWithActual`. */
  readonly action: string;
  readonly logicalId: string;
  readonly type: string;
  /** `True`, `False`, `Conditional`; absent if it does not apply. */
  readonly replacement: string | undefined;
  /** Changed parts of the resource: `Properties`, `Metadata`, `UpdatePolicy`, `Tags`, … */
  readonly scope: readonly string[];
  /** The change set of a nested stack. */
  readonly nested: boolean;
}

/** An objection to a change, in words for the mail. */
export type Objection = string;

const pinnedTypes: ReadonlySet<string> = new Set([
  'AWS::Lambda::Alias',
  'AWS::StepFunctions::StateMachineAlias',
]);

/**
 * Objections to executing a change set as a pin: anything but a change of the pinned aliases.
 *
 * @param aliases logical ids of the aliases
 */
export function objectionsToPin(changes: readonly StackChange[], aliases: ReadonlySet<string>): Objection[] {
  return changes
    .filter(
      ({ action, logicalId, type, replacement }) =>
        !(action === 'Modify' && pinnedTypes.has(type) && aliases.has(logicalId) && stays(replacement)),
    )
    .map(inWords);
}

/**
 * Objections to executing a change set as the rest of a stack, or as a rebuild: any change but an addition that may lose
 * data or replace something. The type decides, because plain changes lose data too (a retention period, a stream, a key).
 *
 * No version is added but the rebuilt ones: publishing old code is refused, or makes a number that nobody asked for. The
 * template has no other version that the live one lacks, but a condition may bring one in.
 *
 * @param built logical ids of the versions that the update is to publish
 */
export function objectionsToUpdate(
  changes: readonly StackChange[],
  built: ReadonlySet<string> = new Set(),
): Objection[] {
  return changes.filter((change) => !isHarmless(change, built)).map(inWords);
}

/** Logical ids that a change set removes: a stack policy has to allow them. */
export function removedBy(changes: readonly StackChange[]): string[] {
  return changes.filter(({ action }) => action === 'Remove').map(({ logicalId }) => logicalId);
}

function isHarmless(
  { action, logicalId, type, replacement, scope, nested }: StackChange,
  built: ReadonlySet<string>,
): boolean {
  if (nested || type === 'AWS::CloudFormation::Stack' || isCustom(type)) return false;
  if (action === 'Add') return type !== 'AWS::Lambda::Version' || built.has(logicalId);
  if (action === 'Modify' && stays(replacement) && scope.length > 0 && scope.every((one) => one === 'Tags')) {
    return true;
  }
  if (!typesWithoutData.has(type)) return false;
  return action === 'Remove' || (action === 'Modify' && stays(replacement));
}

function stays(replacement: string | undefined): boolean {
  return replacement === undefined || replacement === 'False';
}

function isCustom(type: string): boolean {
  return type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource';
}

const verbs: Readonly<Record<string, string>> = {
  Add: 'would be added',
  Modify: 'would be changed',
  Remove: 'would be removed',
  Import: 'would be imported',
  Dynamic: 'may be changed in a way that CloudFormation does not know beforehand',
  SyncWithActual: 'would be set back to what its template says',
};

function inWords({ action, logicalId, type, replacement }: StackChange): Objection {
  const replaced =
    replacement === 'True' ? ' and replaced' : replacement === 'Conditional' ? ' and may be replaced' : '';
  return `${logicalId} (${type}) ${verbs[action] ?? `would see the change ${action}`}${replaced}`;
}
