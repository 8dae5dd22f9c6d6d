import { type AccountSettingName, accountSettings } from '../scenario/scenario-account.ts';
import { recordedSettings } from './draw-settings.ts';
import type { CaseReport } from './run-case.ts';
import type { ScenarioInput, SimulationCase } from './simulation-case.ts';

/** Plays a case. */
export type Play = (one: SimulationCase) => Promise<CaseReport>;

/**
 * Makes a case that breaks a promise smaller while it still breaks the same promise: removes faults (delta debugging: halves
 * first, then ever smaller parts), then tries simpler scenarios and the kinder answers of AWS.
 *
 * @param report the case's result
 * @param attempts the most runs to spend on it
 */
export async function shrinkCase(
  found: SimulationCase,
  report: CaseReport,
  play: Play,
  attempts = 60,
): Promise<SimulationCase> {
  const broken = new Set(report.violations.map(({ promise }) => promise));
  let left = attempts;
  const stillBreaks = async (candidate: SimulationCase) => {
    if (left === 0) return false;
    left -= 1;
    const { violations } = await play(candidate);
    return violations.some(({ promise }) => broken.has(promise));
  };
  let best = await withFewerFaults(found, stillBreaks);
  for (const simpler of simplifications) {
    const scenario = simpler(best.scenario);
    if (scenario && (await stillBreaks({ ...best, scenario }))) best = { ...best, scenario };
  }
  return best;
}

async function withFewerFaults(
  found: SimulationCase,
  stillBreaks: (candidate: SimulationCase) => Promise<boolean>,
): Promise<SimulationCase> {
  let { faults } = found;
  for (let size = Math.ceil(faults.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < faults.length; ) {
      const fewer = [...faults.slice(0, from), ...faults.slice(from + size)];
      if (await stillBreaks({ ...found, faults: fewer })) faults = fewer;
      else from += size;
    }
  }
  return { ...found, faults };
}

const settingNames = Object.keys(accountSettings) as AccountSettingName[];

/** Ways to make a scenario simpler; undefined where a way does not apply. */
const simplifications: readonly ((scenario: ScenarioInput) => ScenarioInput | undefined)[] = [
  (scenario) => (scenario.alarms?.length ? { ...scenario, alarms: [] } : undefined),
  (scenario) => (scenario.starts?.length ? { ...scenario, starts: [] } : undefined),
  (scenario) => (scenario.invocations?.length ? { ...scenario, invocations: [] } : undefined),
  (scenario) => (scenario.unmanaged?.length ? { ...scenario, unmanaged: [] } : undefined),
  (scenario) =>
    (scenario.releases?.length ?? 0) > 1
      ? { ...scenario, releases: (scenario.releases ?? []).slice(0, -1) }
      : undefined,
  (scenario) =>
    (scenario.releases?.length ?? 0) > 1
      ? { ...scenario, releases: (scenario.releases ?? []).slice(1) }
      : undefined,
  onlyTheServicesReleased,
  (scenario) => withKinderAccount(scenario, settingNames),
  ...settingNames.map((name) => (scenario: ScenarioInput) => withKinderAccount(scenario, [name])),
];

/** The scenario with some settings of its account as recorded cases have them: the settings that stay drawn matter. */
function withKinderAccount(
  scenario: ScenarioInput,
  names: readonly AccountSettingName[],
): ScenarioInput | undefined {
  const { account = {} } = scenario;
  const harsh = names.filter(
    (name) => account[name] !== undefined && account[name] !== recordedSettings[name],
  );
  if (harsh.length === 0) return undefined;
  const kinder = Object.fromEntries(harsh.map((name) => [name, recordedSettings[name]]));
  return { ...scenario, account: { ...account, ...kinder } };
}

function onlyTheServicesReleased(scenario: ScenarioInput): ScenarioInput | undefined {
  const { services = [], releases = [], starts = [], rollbackHooks = [], healthChecks = [] } = scenario;
  const used = new Set([
    ...releases.map(({ service }) => service),
    ...starts.map(({ input }) => (input as { service?: string }).service),
  ]);
  const kept = services.filter(({ service }) => used.has(service));
  if (kept.length === 0 || kept.length === services.length) return undefined;
  const hooks = kept.flatMap(({ targets = [] }) =>
    targets.flatMap((target) => (target.kind === 'hook' ? target.function : [])),
  );
  const checks = kept.flatMap(({ policy }) => (policy?.healthChecks ?? []).map((check) => check.function));
  return {
    ...scenario,
    healthChecks: healthChecks.filter((one) => checks.includes(one.function)),
    rollbackHooks: rollbackHooks.filter((one) => hooks.includes(one.function)),
    services: kept.map((one) => ({
      ...one,
      dependsOn: (one.dependsOn ?? []).filter((edge) =>
        used.has(typeof edge === 'string' ? edge : edge.service),
      ),
    })),
  };
}
