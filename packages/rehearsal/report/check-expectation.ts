import { isDeepStrictEqual } from 'node:util';
import { duration as inWords } from '../../../shared/mail/mail-text.ts';
import type { ScenarioExpectation as Expectation } from '../scenario/scenario-expect.ts';
import type { IncidentResult, RehearsalResult } from './rehearsal-result.ts';

type Outcome = Omit<RehearsalResult, 'violations' | 'wallMs'>;
type ScenarioExpectation = Omit<Expectation, 'under'>;

/** All differences between a rehearsal's result and its scenario's expectation, in words. */
export function checkExpectation(expected: ScenarioExpectation, result: Outcome): string[] {
  return [
    ...(result.ended === 'at-rest' ? [] : ['the rehearsal did not come to rest before its deadline']),
    ...checkIncidents(expected, result),
    ...checkLedger(expected, result),
    ...checkAccount(expected, result),
    ...checkMails(expected, result),
    ...checkMailTexts(expected, result),
    ...checkExecutions(expected, result),
    ...(expected.undelivered === result.undelivered
      ? []
      : [differs('undelivered', expected.undelivered, result.undelivered)]),
  ];
}

function checkIncidents({ incidents: expected }: ScenarioExpectation, { incidents }: Outcome): string[] {
  const found: string[] = [];
  if (incidents.length !== expected.length) {
    const list = incidents.map(({ service, outcome }) => `${service}: ${outcome}`).join(', ') || 'none';
    found.push(`incidents: expected ${expected.length}, found ${incidents.length} (${list})`);
  }
  for (const [index, one] of expected.entries()) {
    const incident = incidents[index];
    if (!incident) continue;
    const at = `incidents.${index}`;
    if (incident.service !== one.service) found.push(differs(`${at}.service`, one.service, incident.service));
    if (one.outcome !== undefined && incident.outcome !== one.outcome)
      found.push(differs(`${at}.outcome`, one.outcome, incident.outcome));
    if (one.reason !== undefined && !incident.reason.includes(one.reason)) {
      found.push(differs(`${at}.reason`, `"… ${one.reason} …"`, `"${incident.reason}"`));
    }
    found.push(
      ...late(`${at}.detectedWithin`, one.detectedWithin, incident, incident.detectedAt),
      ...late(`${at}.recoveredWithin`, one.recoveredWithin, incident, incident.recoveredAt),
    );
  }
  return found;
}

function late(at: string, within: number | undefined, incident: IncidentResult, when: string | null) {
  if (within === undefined) return [];
  if (!incident.becameBadAt) return [`${at}: the release never became bad`];
  if (!when) return [`${at}: expected within ${inWords(within)}, never happened`];
  const took = Date.parse(when) - Date.parse(incident.becameBadAt);
  return took <= within ? [] : [differs(at, `at most ${inWords(within)}`, inWords(took))];
}

function checkLedger({ releases = {}, trackedRollbacks }: ScenarioExpectation, result: Outcome): string[] {
  const found: string[] = [];
  for (const [service, verdicts] of Object.entries(releases)) {
    const all = result.releases.filter((one) => one.service === service);
    const actual = all.map(({ verdict }) => verdict);
    const ofTheTeam = all.filter(({ restores }) => restores === null).map(({ verdict }) => verdict);
    if (![actual, ofTheTeam].some((found) => found.join() === verdicts.join())) {
      found.push(differs(`releases.${service}`, verdicts.join(', ') || 'none', actual.join(', ') || 'none'));
    }
  }
  for (const [by, count] of Object.entries(trackedRollbacks ?? {})) {
    const actual = result.trackedRollbacks.filter((one) => one.by === by).length;
    if (actual !== count) found.push(differs(`trackedRollbacks.${by}`, count, actual));
  }
  return found;
}

function checkAccount(
  {
    serves = {},
    aliases = {},
    stacks = {},
    parameters = {},
    data = {},
    apiStages = {},
    mesh = {},
    workflows = {},
  }: ScenarioExpectation,
  { after }: Outcome,
) {
  const found: string[] = [];
  const aliasesOf = (name: string) => {
    const [service, logicalId] = name.split('.');
    return after.aliases.filter(
      (one) => one.service === service && (logicalId === undefined || one.function === logicalId),
    );
  };
  for (const name of [...Object.keys(serves), ...Object.keys(aliases)]) {
    if (aliasesOf(name).length === 0) found.push(`serves.${name}: there is no such alias at the end`);
  }
  for (const [name, release] of Object.entries(serves)) {
    for (const alias of aliasesOf(name)) {
      const weights = Object.keys(alias.weights).length > 0 ? ' with weights' : '';
      if (alias.release === release && !weights) continue;
      const actual = `the code of release ${alias.release} (version ${alias.version}${weights})`;
      found.push(
        differs(`serves.${alias.service}.${alias.function}`, `the code of release ${release}`, actual),
      );
    }
  }
  for (const [name, version] of Object.entries(aliases)) {
    for (const alias of aliasesOf(name)) {
      const actual = [alias.version, ...Object.keys(alias.weights).map((other) => `weight on ${other}`)];
      if (actual.join() !== version) {
        found.push(differs(`aliases.${alias.service}.${alias.function}`, version, actual.join(', ')));
      }
    }
  }
  for (const [service, status] of Object.entries(stacks)) {
    const actual = after.stacks.find((one) => one.service === service)?.status ?? 'none';
    if (actual !== status) found.push(differs(`stacks.${service}`, status, actual));
  }
  for (const [name, release] of Object.entries(apiStages)) {
    const actual = after.apiStages.find((one) => one.name === name)?.release;
    if (actual !== release)
      found.push(differs(`apiStages.${name}`, `release ${release}`, `release ${actual}`));
  }
  for (const [rule, weights] of Object.entries(mesh)) {
    const actual = after.mesh.find((one) => one.rule === rule)?.weights ?? {};
    const groups = new Set([...Object.keys(weights), ...Object.keys(actual)]);
    if ([...groups].some((group) => (weights[group] ?? 0) !== (actual[group] ?? 0))) {
      found.push(differs(`mesh.${rule}`, JSON.stringify(weights), JSON.stringify(actual)));
    }
  }
  for (const [name, parts] of Object.entries(workflows)) {
    const actual = after.workflows.find((one) => one.name === name)?.parts ?? {};
    if (!isDeepStrictEqual({ ...parts }, { ...actual })) {
      found.push(differs(`workflows.${name}`, JSON.stringify(parts), JSON.stringify(actual)));
    }
  }
  for (const [name, wanted] of Object.entries(data)) {
    const [service, resource] = name.split('.');
    const own = after.data.filter((one) => one.service === service && one.resource === resource);
    const actual = own.some(({ writtenAt, deletedAt }) => writtenAt !== null && deletedAt !== null)
      ? 'lost'
      : own.some(({ deletedAt }) => deletedAt === null)
        ? 'kept'
        : 'none';
    if (actual !== wanted) found.push(differs(`data.${name}`, wanted, actual));
  }
  for (const [name, value] of Object.entries(parameters)) {
    const actual = after.parameters.find((one) => one.name === name)?.value ?? 'none';
    if (actual !== value) found.push(differs(`parameters.${name}`, value, actual));
  }
  return found;
}

function checkMailTexts({ mailsSay = [] }: ScenarioExpectation, { mails }: Outcome): string[] {
  return mailsSay.flatMap((text) =>
    mails.some(({ body }) => flat(body).includes(flat(text))) ? [] : [`mailsSay: no mail says "${text}"`],
  );
}

/** A text as one line: mails are wrapped. */
function flat(text: string): string {
  return text.replace(/\s+/g, ' ');
}

function checkMails({ mails: expected }: ScenarioExpectation, { mails }: Outcome): string[] {
  if (!expected) return [];
  const subjects = mails.map(({ subject }) => subject);
  const same =
    expected.length === subjects.length && expected.every((part, index) => subjects[index]?.includes(part));
  return same ? [] : [differs('mails', list(expected), list(subjects))];
}

function checkExecutions({ executions = {}, failureCause }: ScenarioExpectation, result: Outcome): string[] {
  const found: string[] = [];
  for (const [machine, counts] of Object.entries(executions)) {
    const own = result.executions.filter((one) => one.machine === machine);
    for (const [status, count] of Object.entries(counts)) {
      const actual = own.filter((one) => one.status === status).length;
      if (actual !== count) found.push(differs(`executions.${machine}.${status}`, count, actual));
    }
  }
  if (failureCause !== undefined) {
    const causes = result.executions.flatMap(({ cause }) => cause ?? []);
    if (!causes.some((cause) => cause.includes(failureCause))) {
      found.push(differs('failureCause', `"… ${failureCause} …"`, list(causes)));
    }
  }
  return found;
}

function differs(what: string, expected: unknown, actual: unknown): string {
  return `${what}: expected ${expected}, found ${actual}`;
}

function list(items: readonly string[]): string {
  return items.length > 0 ? items.map((item) => `"${item}"`).join(', ') : 'none';
}
