import { writeFileSync } from 'node:fs';
import type { ServicePolicy } from '../shared/catalog/service-entry.ts';
import { parseMetrics } from '../shared/replay/metrics-file.ts';
import { minutesKeptDays, readHistories, readReleases } from '../shared/replay/read-releases.ts';
import { recordedMetrics } from '../shared/replay/recorded-metrics.ts';
import {
  type ReplayedRelease,
  type ReplayInput,
  replayPolicy,
  summarize,
} from '../shared/replay/replay-policy.ts';
import { metricsText } from '../shared/replay/write-metrics.ts';
import { ledgers, signals } from '../shared/wiring.ts';
import { CannotDo } from './cannot-do.ts';
import { readText } from './catalog-files.ts';
import type { Call } from './command-spec.ts';
import { findCoordinator, runtimeOf } from './find-coordinator.ts';
import { giveAnswer } from './give-answer.ts';
import { readPolicy, refusal } from './read-policy.ts';
import { renderReplay } from './render-replay.ts';
import type { ExitStatus, Terminal } from './terminal.ts';
import { dayOrTime } from './until.ts';

/** Input of a replay, with the parts of the policy or of the past that have nothing to judge. */
interface Recording {
  readonly input: ReplayInput;
  readonly notJudged: readonly string[];
  /** Its source, for a message. */
  readonly source: string;
}

/** Judges past releases with another policy, and shows what it would have done. */
export async function replay(call: Call, terminal: Terminal): Promise<ExitStatus> {
  const { options, json } = call;
  const { policy: policyFile = '', metrics } = options;
  const { service, policy } = readPolicy(policyFile);
  const recording = metrics === undefined ? await ofAccount() : ofFile(metrics, service, policy);
  const { input, source } = recording;
  const all = replayPolicy(input);
  const releases = all.filter(({ servedFrom }) => isWithin(servedFrom, options));
  if (releases.length === 0) throw new CannotDo(nothingLeft(source, all.length, recording.notJudged));
  const summary = summarize(releases);
  const notJudged = [
    ...(policy.alarms.length > 0 ? ['alarms: what they said then is not read'] : []),
    ...(policy.healthChecks.length > 0 ? ['health checks: what they said then is not known'] : []),
    ...recording.notJudged,
  ];
  giveAnswer(
    { policy, summary, releases: releases.map(asJson), notJudged },
    (screen) => renderReplay({ summary, releases, notJudged }, screen),
    json,
    terminal,
  );
  return summary.false + summary.missed > 0 ? 1 : 0;

  async function ofAccount(): Promise<Recording> {
    const [asked = ''] = call.args;
    if (service !== undefined && service !== asked) {
      throw new CannotDo(
        `${policyFile}: is the entry of ${service}, not of ${asked}; its policy alone may be tried on any`,
      );
    }
    return readAccount(call, asked, policy, terminal);
  }
}

function ofFile(file: string, service: string | undefined, policy: ServicePolicy): Recording {
  const parsed = parseMetrics(readText(file));
  if ('problems' in parsed) throw refusal(file, 'is not a right file of metrics', parsed.problems);
  const { slow, ...limits } = policy.limits;
  const hasSlow = slow !== undefined && parsed.boundaries.includes(slow.overMs);
  return {
    input: {
      service: service ?? 'the service',
      policy: hasSlow ? policy : { ...policy, limits },
      ...recordedMetrics(parsed.rows, hasSlow ? slow.overMs : undefined),
    },
    notJudged: slow && !hasSlow ? [noSlowColumn(file, slow.overMs, parsed.boundaries)] : [],
    source: file,
  };
}

async function readAccount(
  { place, options }: Call,
  service: string,
  policy: ServicePolicy,
  terminal: Terminal,
): Promise<Recording> {
  const runtime = runtimeOf(await findCoordinator(place, terminal), terminal);
  const { releases, checkpoints } = ledgers(runtime);
  const metrics = signals(runtime);
  const found = await readReleases(
    { signals: metrics, releases, checkpoints },
    { service, policy, from: dayOrTime(options.from ?? ''), now: terminal.now() },
  );
  const { tooOld, unserved, aliases, ...recorded } = found;
  if (options.save !== undefined) {
    const slowOverMs = policy.limits.slow?.overMs;
    const histories = await readHistories(metrics, found, slowOverMs, terminal.now());
    writeNew(options.save, metricsText(found.deployments, histories, slowOverMs));
  }
  return {
    input: { service, policy, ...recorded },
    notJudged: [
      ...(tooOld > 0
        ? [`older releases: ${tooOld} (CloudWatch keeps minutes for ${minutesKeptDays} days)`]
        : []),
      ...(unserved > 0 ? [`deployments whose version never had traffic: ${unserved}`] : []),
    ],
    source: `the ledger, for ${service}`,
  };
}

/** Writes a new file; an existing one may have labels. @throws CannotDo if it cannot be written */
function writeNew(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'EEXIST' ? 'is there already: name another file' : `cannot be written: ${code}`;
    throw new CannotDo(`${path}: ${why}`);
  }
}

function nothingLeft(source: string, releases: number, notJudged: readonly string[]): string {
  const why = notJudged.map((one) => `; not judged: ${one}`).join('');
  return releases === 0
    ? `${source}: there is no release to judge${why}`
    : `${source}: none of its ${releases} releases began between --from and --to${why}`;
}

function isWithin(time: number, { from, to }: Call['options']): boolean {
  const begin = dayOrTime(from ?? '') ?? Number.NEGATIVE_INFINITY;
  const end = dayOrTime(to ?? '') ?? Number.POSITIVE_INFINITY;
  return begin <= time && time < end;
}

function noSlowColumn(file: string, overMs: number, boundaries: readonly number[]): string {
  const others =
    boundaries.length > 0 ? `, only ${boundaries.map((one) => `slowOver${one}`).join(', ')}` : '';
  return `slow requests: ${file} has no column slowOver${overMs}${others}`;
}

function asJson({ servedFrom, onset, at, ...rest }: ReplayedRelease) {
  const iso = (time: number) => new Date(time).toISOString();
  return {
    ...rest,
    servedFrom: iso(servedFrom),
    ...(onset !== undefined && { onset: iso(onset) }),
    at: iso(at),
  };
}
