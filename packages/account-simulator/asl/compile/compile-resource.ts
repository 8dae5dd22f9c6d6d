import { findIntegration, type Integration } from '../../account/step-functions/integration-catalog.ts';
import type { TaskResource } from '../machine.ts';
import type { DefinitionReader, Fields } from './definition-reader.ts';

const INTEGRATION =
  /^(arn:aws[a-z-]*:states:::)((?:aws-sdk:)?[A-Za-z0-9-]+):([A-Za-z0-9]+)(\.[A-Za-z0-9:]+)?$/;

const PATTERNS: Readonly<Record<string, TaskResource['pattern']>> = {
  '': 'request',
  '.sync': 'sync',
  '.sync:2': 'sync:2',
  '.waitForTaskToken': 'token',
};

/** Reads a Task's Resource (AWS: step-functions/latest/dg/connect-to-resource). */
export function compileResource(
  reader: DefinitionReader,
  fields: Fields,
  path: string,
): TaskResource | undefined {
  const text = reader.text(fields, 'Resource', path, true);
  if (text === undefined) return undefined;
  const at = `${path}/Resource`;
  if (/^arn:aws[a-z-]*:lambda:/.test(text)) {
    reader.problem(
      at,
      'a function ARN as Resource is not supported by this interpreter: use arn:aws:states:::lambda:invoke',
    );
    return undefined;
  }
  if (/:activity:/.test(text)) {
    reader.problem(at, 'activities are not supported by this interpreter');
    return undefined;
  }
  const match = INTEGRATION.exec(text);
  if (match === null) {
    reader.problem(at, `'${text}' is not the ARN of a service integration`);
    return undefined;
  }
  const [, prefix = '', resourceType = '', action = '', suffix = ''] = match;
  const pattern = PATTERNS[suffix];
  if (pattern === undefined) {
    reader.problem(at, `'${suffix}' is not an integration pattern`);
    return undefined;
  }
  const integration = findIntegration(resourceType, action);
  if (integration === undefined) {
    reader.problem(at, `Step Functions has no integration '${resourceType}:${action}'`);
    return undefined;
  }
  if (!(integration.patterns as readonly string[]).includes(suffix)) {
    reader.problem(
      at,
      `the ${suffix} pattern of ${resourceType}:${action} is not supported by Step Functions`,
    );
    return undefined;
  }
  checkArguments(reader, fields.Arguments, integration, path);
  const isJob = pattern === 'sync' || pattern === 'sync:2';
  if (isJob && !(resourceType === 'states' && action === 'startExecution')) {
    reader.problem(
      at,
      `the ${suffix} pattern of ${resourceType}:${action} is not supported by this interpreter`,
    );
    return undefined;
  }
  return { arn: `${prefix}${resourceType}:${action}`, resourceType, resource: `${action}${suffix}`, pattern };
}

/**
 * Reports members of the Arguments that the integration does not have. An expression for the whole of the Arguments has no
 * members yet.
 */
function checkArguments(
  reader: DefinitionReader,
  args: unknown,
  integration: Integration,
  path: string,
): void {
  if (typeof args !== 'object' || args === null) return;
  for (const member of integration.unknownMembers(args)) {
    reader.problem(`${path}/Arguments/${member}`, `The field "${member}" is not supported by Step Functions`);
  }
}
