import { createHash } from 'node:crypto';
import type { RevisionLocation } from '@aws-sdk/client-codedeploy';
import { parse } from 'yaml';
import { AwsError } from '../service.ts';

/** The content of a Lambda deployment: the one alias that it moves, and the hooks around it. */
export interface AppSpec {
  readonly functionName: string;
  readonly alias: string;
  readonly currentVersion: string;
  readonly targetVersion: string;
  /** Name of the hook function run before any traffic is shifted. */
  readonly beforeAllowTraffic?: string;
  /** Name of the hook function run after all traffic is shifted. */
  readonly afterAllowTraffic?: string;
}

/** The text of an AppSpec as given in a request. */
export interface Revision {
  readonly type: 'AppSpecContent' | 'String';
  readonly content: string;
  /** Lower-case hexadecimal SHA-256 of `content`: the revision's key within its application. */
  readonly sha256: string;
}

/**
 * Reads a deployment's revision: `AppSpecContent`, or the older `String`.
 *
 * @throws RevisionRequiredException, InvalidRevisionException
 */
export function readRevision(location: RevisionLocation | undefined): Revision {
  if (!location) throw new AwsError('RevisionRequiredException', 'The revision ID was not specified.');
  const { revisionType } = location;
  if (revisionType !== 'AppSpecContent' && revisionType !== 'String') {
    throw new AwsError(
      'InvalidRevisionException',
      `The simulated CodeDeploy takes Lambda revisions of type AppSpecContent or String, not ${revisionType}.`,
    );
  }
  const { content, sha256 } = (revisionType === 'String' ? location.string : location.appSpecContent) ?? {};
  if (!content) throw new AwsError('InvalidRevisionException', 'The revision has no content.');
  const revision = revisionOf(content, revisionType);
  if (sha256 !== undefined && sha256 !== revision.sha256) {
    throw new AwsError('InvalidRevisionException', 'The SHA-256 of the revision does not match its content.');
  }
  return revision;
}

/** The revision for an AppSpec text. */
export function revisionOf(content: string, type: Revision['type'] = 'AppSpecContent'): Revision {
  return { type, content, sha256: createHash('sha256').update(content).digest('hex') };
}

/**
 * Reads an AppSpec file, JSON or YAML (user guide, "AppSpec 'resources' section" and "'hooks' section" for
 * Lambda deployments).
 *
 * @throws InvalidRevisionException unless it names exactly one function with alias and both versions
 */
export function parseAppSpec(content: string): AppSpec {
  const root = asRecord(readText(content), 'the AppSpec file');
  const resources = Object.values(asRecords(member(root, 'resources'), 'resources'));
  const [entry] = resources;
  if (!entry || resources.length > 1) throw invalid('it must name exactly one resource');
  const [resource] = Object.values(entry);
  const properties = asRecord(member(asRecord(resource, 'the resource'), 'properties'), 'its properties');
  const text = (name: string): string => {
    const value = member(properties, name);
    if (typeof value !== 'string' && typeof value !== 'number') throw invalid(`${name} is missing`);
    return String(value);
  };
  const hooks: Record<string, unknown> = {};
  for (const hook of asRecords(member(root, 'hooks') ?? [], 'hooks')) Object.assign(hooks, hook);
  const before = hooks.BeforeAllowTraffic;
  const after = hooks.AfterAllowTraffic;
  return {
    functionName: text('Name'),
    alias: text('Alias'),
    currentVersion: text('CurrentVersion'),
    targetVersion: text('TargetVersion'),
    ...(typeof before === 'string' && { beforeAllowTraffic: before }),
    ...(typeof after === 'string' && { afterAllowTraffic: after }),
  };
}

/** The AppSpec file for a deployment, as JSON. */
export function renderAppSpec(spec: AppSpec): string {
  const hooks = [
    ...(spec.beforeAllowTraffic ? [{ BeforeAllowTraffic: spec.beforeAllowTraffic }] : []),
    ...(spec.afterAllowTraffic ? [{ AfterAllowTraffic: spec.afterAllowTraffic }] : []),
  ];
  return JSON.stringify({
    version: 0.0,
    Resources: [
      {
        [spec.functionName]: {
          Type: 'AWS::Lambda::Function',
          Properties: {
            Name: spec.functionName,
            Alias: spec.alias,
            CurrentVersion: spec.currentVersion,
            TargetVersion: spec.targetVersion,
          },
        },
      },
    ],
    ...(hooks.length > 0 && { Hooks: hooks }),
  });
}

function readText(content: string): unknown {
  try {
    return content.trimStart().startsWith('{') ? JSON.parse(content) : parse(content);
  } catch {
    throw invalid('it is neither JSON nor YAML');
  }
}

/** AWS's own samples write the sections in both cases: `Resources` in JSON, `resources` in YAML. */
function member(record: Record<string, unknown>, name: string): unknown {
  const key = Object.keys(record).find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : record[key];
}

function asRecord(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(`${what} is missing`);
  return value as Record<string, unknown>;
}

function asRecords(value: unknown, what: string): Record<string, unknown>[] {
  if (!Array.isArray(value)) throw invalid(`${what} must be a list`);
  return value.map((item) => asRecord(item, what));
}

function invalid(reason: string): AwsError {
  return new AwsError('InvalidRevisionException', `The AppSpec file is not valid: ${reason}.`);
}
