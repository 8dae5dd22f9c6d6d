import { heading, table } from '../../../cli/text-layout.ts';
import type { AccountState, AliasResult, RehearsalResult } from './rehearsal-result.ts';

/**
 * The aliases, stacks and ledger before and after, for the services that were released, and the changed stages, rules and
 * parameters.
 */
export function renderChanges(result: RehearsalResult): string[] {
  const { before, after, releases } = result;
  const touched = servicesTouched(result);
  const rows: string[][] = [];
  for (const alias of after.aliases.filter(({ service }) => touched.has(service))) {
    const earlier = before.aliases.find(
      (one) => one.service === alias.service && one.function === alias.function,
    );
    const from = earlier ? describe(earlier) : '-';
    rows.push([alias.service, `${alias.function}:${alias.alias}`, from, '->', describe(alias)]);
  }
  for (const { service, stack, status } of after.stacks.filter((one) => touched.has(one.service))) {
    const earlier = before.stacks.find((one) => one.service === service)?.status ?? '-';
    rows.push([service, `stack ${stack}`, earlier, '->', status]);
  }
  for (const { name, release } of after.apiStages) {
    const earlier = before.apiStages.find((one) => one.name === name)?.release;
    if (release !== earlier) rows.push(['', `stage ${name}`, deployment(earlier), '->', deployment(release)]);
  }
  for (const { rule, weights } of after.mesh) {
    const earlier = before.mesh.find((one) => one.rule === rule)?.weights ?? {};
    if (JSON.stringify(weights) !== JSON.stringify(earlier)) {
      rows.push(['', rule, inWords(earlier), '->', inWords(weights)]);
    }
  }
  for (const { name, parts } of after.workflows) {
    const earlier = before.workflows.find((one) => one.name === name)?.parts ?? {};
    if (JSON.stringify(parts) !== JSON.stringify(earlier)) {
      rows.push(['', `workflow ${name}`, releaseParts(earlier), '->', releaseParts(parts)]);
    }
  }
  for (const { name, version } of after.parameters) {
    const earlier = before.parameters.find((one) => one.name === name)?.version;
    if (version !== earlier) rows.push(['', name, `version ${earlier ?? '-'}`, '->', `version ${version}`]);
  }
  for (const { service, releaseId, verdict, restores } of releases) {
    const what = restores ? `${verdict}, restores ${restores}` : verdict;
    rows.push([service, `release ${releaseId}`, '-', '->', what]);
  }
  return [...heading('What changed'), ...(rows.length > 0 ? table(rows) : ['Nothing.'])];
}

function releaseParts(parts: Readonly<Record<string, number>>): string {
  const all = Object.entries(parts).map(([release, part]) => `release ${release} ${part} %`);
  return all.join(', ') || '-';
}

function servicesTouched({ before, after, releases }: RehearsalResult): ReadonlySet<string> {
  const state = ({ aliases, stacks }: AccountState, service: string) =>
    JSON.stringify([aliases, stacks].map((all) => all.filter((one) => one.service === service)));
  const changed = after.stacks
    .map(({ service }) => service)
    .filter((service) => state(before, service) !== state(after, service));
  return new Set([...changed, ...releases.map(({ service }) => service)]);
}

function deployment(release: number | undefined): string {
  return release === 0 ? 'the deployment from before' : `the deployment of release ${release ?? '-'}`;
}

function inWords(weights: Readonly<Record<string, number>>): string {
  return Object.entries(weights)
    .map(([group, weight]) => `${group} ${weight}`)
    .join(', ');
}

function describe({ version, weights, release }: AliasResult): string {
  const shares = Object.entries(weights).map(([other, weight]) => `${weight * 100} % on ${other}`);
  const code = release === 0 ? 'the code from before' : `the code of release ${release}`;
  return `version ${[version, ...shares].join(', ')} (${code})`;
}
