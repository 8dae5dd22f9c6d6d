import { AwsError } from '../service.ts';
import type { Parameter, ParameterVersion } from './parameter.ts';

/** Labels a version may carry. */
const MAXIMUM_LABELS = 10;

/**
 * Attaches labels to a version, removing each from the version that had it.
 *
 * @returns the labels that break the naming rules and were not attached
 *
 * Source: AWS Systems Manager User Guide, "Working with parameter labels".
 */
export function attachLabels(
  parameter: Parameter,
  version: ParameterVersion,
  labels: readonly string[],
): string[] {
  const bad = labels.filter((label) => !isLabel(label));
  const good = labels.filter(isLabel);
  if (new Set([...version.labels, ...good]).size > MAXIMUM_LABELS) {
    throw new AwsError(
      'ParameterVersionLabelLimitExceeded',
      `An error occurred because version ${version.version} can have ${MAXIMUM_LABELS} labels at most.`,
    );
  }
  for (const label of good) {
    for (const other of parameter.versions) other.labels.delete(label);
    version.labels.add(label);
  }
  return bad;
}

function isLabel(label: string): boolean {
  return /^[A-Za-z0-9_.-]{1,100}$/.test(label) && !/^(?:\d|aws|ssm)/i.test(label);
}
