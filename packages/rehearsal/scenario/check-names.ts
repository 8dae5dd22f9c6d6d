import type { ServiceEntry } from '../../../shared/catalog/service-entry.ts';
import { scenarioParameters } from '../run/parameters-of-scenario.ts';
import { targetsOf } from '../run/traffic-targets.ts';
import { checkAlarms } from './check-alarms.ts';
import { predefinedTypes, preferenceType } from './deployment-config-names.ts';
import type { ScenarioFile } from './scenario.ts';
import { notOneOf, type ScenarioProblem } from './scenario-problem.ts';
import { usualConfig } from './scenario-release.ts';
import { functionsOf, type TeamTemplates, templatesOf } from './service-functions.ts';

/** Every name in a scenario that does not exist in its catalog. */
export function checkNames(
  file: ScenarioFile,
  entries: readonly ServiceEntry[],
  templates: TeamTemplates,
): ScenarioProblem[] {
  const sources = { ...file, templates };
  const problems: ScenarioProblem[] = [];
  const byName = new Map(entries.map((entry) => [entry.service, entry]));
  const names = [...byName.keys()];
  const add = (path: string, reason: string) => problems.push({ path, reason });

  const service = (path: string, name: string): ServiceEntry | undefined => {
    const entry = byName.get(name);
    if (!entry) add(path, notOneOf('a service of the catalog', name, names));
    return entry;
  };
  const aFunction = (path: string, name: string, entry: ServiceEntry | undefined) => {
    if (!entry) return;
    const known = functionsOf(sources, entry);
    if (!known.includes(name)) add(path, notOneOf(`a function of ${entry.service}`, name, known));
  };
  const qualified = (path: string, name: string) => {
    const [first = '', second] = name.split('.');
    const entry = service(path, first);
    if (second !== undefined) aFunction(path, second, entry);
  };

  for (const name of Object.keys(file.policies)) service(`policies.${name}`, name);
  for (const [index, name] of file.unmanaged.entries()) service(`unmanaged.${index}`, name);
  for (const [name, flow] of Object.entries(file.traffic.services)) {
    const entry = service(`traffic.services.${name}`, name);
    for (const one of Object.keys(flow.functions)) {
      aFunction(`traffic.services.${name}.functions.${one}`, one, entry);
    }
  }
  for (const name of Object.keys(file.provisioned)) {
    if (name.includes('.')) qualified(`provisioned.${name}`, name);
    else add(`provisioned.${name}`, 'must be service.function');
  }
  const parameters = scenarioParameters({ ...file, services: entries }).map(({ name }) => name);
  const parameter = (path: string, name: string) => {
    if (!parameters.includes(name)) add(path, notOneOf('a parameter of the scenario', name, parameters));
  };
  for (const [index, { inTemplateOf }] of file.parameters.entries()) {
    if (inTemplateOf !== undefined) service(`parameters.${index}.inTemplateOf`, inTemplateOf);
  }
  const configs = [...predefinedTypes, ...file.configs.map(({ name }) => name)];
  for (const [index, release] of file.releases.entries()) {
    const path = `releases.${index}`;
    const entry = service(`${path}.service`, release.service);
    const { config = usualConfig } = release;
    if (!configs.includes(preferenceType(config))) {
      add(`${path}.config`, notOneOf('a deployment configuration', config, configs));
    }
    if (entry && functionsOf(sources, entry).length === 0) {
      add(`${path}.service`, `${entry.service} has no function that CodeDeploy could shift`);
    }
    const earlier = file.releases.filter(
      (one, at) =>
        one.service === release.service && (one.at < release.at || (one.at === release.at && at < index)),
    );
    if (release.codeOf !== undefined && release.codeOf > earlier.length) {
      add(
        `${path}.codeOf`,
        `must be the number of an earlier release of ${release.service}, at most ${earlier.length}`,
      );
    }
    for (const [at, name] of (release.functions ?? []).entries()) {
      aFunction(`${path}.functions.${at}`, name, entry);
    }
    for (const name of Object.keys(release.parameters)) parameter(`${path}.parameters.${name}`, name);
    const all = entry ? functionsOf(sources, entry) : [];
    // A configuration may be bad in functions without new code.
    const isConfigured = release.template !== undefined || Object.keys(release.stackParameters).length > 0;
    const changed = isConfigured ? all : (release.functions ?? all);
    for (const member of ['bad', 'stopped', 'deploymentFails'] as const) {
      for (const [at, name] of (release[member]?.functions ?? []).entries()) {
        if (entry && !changed.includes(name)) {
          add(`${path}.${member}.functions.${at}`, notOneOf('a function of the release', name, changed));
        }
      }
    }
    for (const [at, name] of (release.bad?.breaks?.services ?? []).entries()) {
      service(`${path}.bad.breaks.services.${at}`, name);
    }
    const inline = entry ? templatesOf(sources, entry).flatMap((one) => one.inline) : [];
    for (const [at, name] of (release.functions ?? []).entries()) {
      if (!inline.includes(name)) continue;
      add(
        `${path}.functions.${at}`,
        `the code of ${name} is in its template: another \`template\` changes it`,
      );
    }
  }
  const hooks = entries
    .flatMap(({ targets }) => targets)
    .flatMap((target) => (target.kind === 'hook' ? [target.function] : []));
  for (const [index, { function: name }] of file.rollbackHooks.entries()) {
    if (!hooks.includes(name))
      add(`rollbackHooks.${index}.function`, notOneOf('a hook of a service', name, hooks));
  }
  const stages = targetsOf({ services: entries }, 'api-stage').map(({ name }) => name);
  const aStage = (path: string, name: string) => {
    if (!stages.includes(name)) add(path, notOneOf('a stage of a service', name, stages));
  };
  const rules = targetsOf({ services: entries }, 'mesh').map(({ name }) => name);
  const rule = (path: string, name: string) => {
    if (!rules.includes(name)) add(path, notOneOf('a rule of a service', name, rules));
  };
  const workflows = targetsOf({ services: entries }, 'state-machine-alias').map(({ name }) => name);
  const workflow = (path: string, name: string) => {
    if (!workflows.includes(name)) {
      add(path, notOneOf('an alias of a state machine of a service', name, workflows));
    }
  };
  for (const [index, name] of file.autoDeploy.entries()) aStage(`autoDeploy.${index}`, name);
  for (const [index, { rule: name }] of file.mesh.entries()) rule(`mesh.${index}.rule`, name);
  for (const [index, release] of file.releases.entries()) {
    for (const [at, name] of (release.apiStages ?? []).entries()) {
      aStage(`releases.${index}.apiStages.${at}`, name);
    }
    for (const name of Object.keys(release.workflows)) workflow(`releases.${index}.workflows.${name}`, name);
    for (const name of Object.keys(release.mesh)) rule(`releases.${index}.mesh.${name}`, name);
  }
  const alarmNames = new Set<string>();
  for (const [index, alarm] of file.alarms.entries()) {
    const entry = service(`alarms.${index}.service`, alarm.service);
    if ('function' in alarm) aFunction(`alarms.${index}.function`, alarm.function, entry);
    if (alarmNames.has(alarm.name))
      add(`alarms.${index}.name`, `"${alarm.name}" is the name of another alarm`);
    alarmNames.add(alarm.name);
  }
  for (const [index, one] of file.troubles.entries()) {
    const path = `troubles.${index}`;
    const entry = service(`${path}.service`, one.service);
    for (const [at, name] of (one.functions ?? []).entries())
      aFunction(`${path}.functions.${at}`, name, entry);
    const released = file.releases.filter((release) => release.service === one.service).length;
    for (const [at, number] of (one.codeOf ?? []).entries()) {
      if (number > released) add(`${path}.codeOf.${at}`, `${one.service} has ${released} releases`);
    }
    if (one.until !== undefined && one.until <= one.at) add(`${path}.until`, 'must be after `at`');
    const { errorRate, throttleRate, latencyMs, latencySpread } = one;
    if ([errorRate, throttleRate, latencyMs, latencySpread].every((answer) => answer === undefined)) {
      add(path, 'needs errorRate, throttleRate, latencyMs or latencySpread: how the code answers then');
    }
  }
  for (const [index, one] of file.aliasMoves.entries()) {
    const path = `aliasMoves.${index}`;
    aFunction(`${path}.function`, one.function, service(`${path}.service`, one.service));
    const released = file.releases.filter(
      (release) => release.service === one.service && release.at < one.at,
    );
    if (one.toRelease > released.length) {
      add(`${path}.toRelease`, `${one.service} has ${released.length} releases by then`);
    }
  }
  problems.push(...checkAlarms(file));
  for (const [index, fault] of file.faults.stacks.entries()) {
    service(`faults.stacks.${index}.service`, fault.service);
  }
  for (const [index, one] of file.faults.losses.entries())
    service(`faults.losses.${index}.service`, one.service);
  for (const [index, write] of file.catalogWrites.entries())
    service(`catalogWrites.${index}.service`, write.service);
  const expected = (path: string, members: Omit<ScenarioFile['expect']['under'][number], 'account'>) => {
    for (const [index, incident] of (members.incidents ?? []).entries()) {
      service(`${path}.incidents.${index}.service`, incident.service);
    }
    for (const name of Object.keys(members.apiStages ?? {})) aStage(`${path}.apiStages.${name}`, name);
    for (const name of Object.keys(members.workflows ?? {})) workflow(`${path}.workflows.${name}`, name);
    for (const name of Object.keys(members.mesh ?? {})) rule(`${path}.mesh.${name}`, name);
    for (const name of Object.keys(members.parameters ?? {})) parameter(`${path}.parameters.${name}`, name);
    for (const name of Object.keys(members.releases ?? {})) service(`${path}.releases.${name}`, name);
    for (const name of Object.keys(members.stacks ?? {})) service(`${path}.stacks.${name}`, name);
    for (const name of Object.keys(members.data ?? {})) {
      if (name.includes('.')) service(`${path}.data.${name}`, name.slice(0, name.indexOf('.')));
      else add(`${path}.data.${name}`, 'must be service.resource');
    }
    for (const [name, number] of Object.entries(members.serves ?? {})) {
      qualified(`${path}.serves.${name}`, name);
      const [first] = name.split('.');
      const most = file.releases.filter((one) => one.service === first).length;
      if (number > most) add(`${path}.serves.${name}`, `must be at most ${most}, the releases of ${first}`);
    }
    for (const name of Object.keys(members.aliases ?? {})) qualified(`${path}.aliases.${name}`, name);
  };
  expected('expect', file.expect);
  for (const [index, entry] of file.expect.under.entries()) expected(`expect.under.${index}`, entry);
  for (const name of Object.keys(file.account.stacks)) service(`account.stacks.${name}`, name);
  return problems;
}

/**
 * Every health check of a scenario that no service uses, or that a rehearsal cannot play.
 *
 * @param entries the services with the scenario's policies
 */
export function checkHealthChecks(
  { healthChecks }: ScenarioFile,
  entries: readonly ServiceEntry[],
): ScenarioProblem[] {
  const asked = entries.flatMap(({ service, policy }) =>
    policy.healthChecks.map((check, index) => ({
      name: check.function,
      path: `services.${service}.policy.healthChecks.${index}.function`,
    })),
  );
  const names = asked.map(({ name }) => name);
  const unknown = healthChecks.flatMap(({ function: name }, index) =>
    names.includes(name)
      ? []
      : {
          path: `healthChecks.${index}.function`,
          reason: notOneOf('a health check of a service', name, names),
        },
  );
  const reason = 'a rehearsal knows health checks by their name alone, without version or alias';
  return [...unknown, ...asked.flatMap(({ name, path }) => (name.includes(':') ? { path, reason } : []))];
}
