import { CannotDo } from '../../../cli/cannot-do.ts';
import { checkFiles } from '../../../cli/check-files.ts';
import { isAlias } from '../../../shared/catalog/alias-kinds.ts';
import { providerOf, type ServiceEntry, stacksOf } from '../../../shared/catalog/service-entry.ts';
import type { Scenario } from './scenario.ts';
import { findTemplate, parseScenario } from './scenario-file.ts';
import { notOneOf, ScenarioError, type ScenarioProblem } from './scenario-problem.ts';

/** The rehearsed part of a team's catalog. */
export interface CatalogRehearsal {
  /** A file or folder, as in `catalog validate`. */
  readonly catalog: string;
  /** The service whose release is rehearsed. */
  readonly service: string;
  /** Whether that release turns bad. */
  readonly bad: boolean;
  /** The template of the service's stack; by default the stack is made from the entry's targets. */
  readonly template?: string | undefined;
}

const minuteMs = 60_000;

/**
 * Makes a scenario from a team's own catalog. All services are released and confirmed good; then the given service is
 * released, and each service that depends on it. A bad release turns bad after the last of them.
 *
 * @param root the project's root
 * @throws ScenarioError for entries that are invalid, alone or together, or that a rehearsal cannot play
 */
export async function catalogScenario(root: string, asked: CatalogRehearsal): Promise<Scenario> {
  const entries = await readEntries(asked.catalog);
  const names = entries.map(({ service }) => service);
  if (!names.includes(asked.service)) {
    const reason = notOneOf('a service of the catalog', asked.service, names);
    throw new ScenarioError('rehearse', [{ path: '--service', reason }]);
  }
  const left: string[] = [];
  const services = entries.map((entry) =>
    playable(entry, entry.service === asked.service && asked.template, left),
  );
  const text = JSON.stringify(scenarioText(services, asked, left));
  return parseScenario(text, {
    file: `${asked.service}.yaml`,
    readCatalog: () => [],
    findTemplate: (name) => findTemplate(root, '.', name),
  });
}

async function readEntries(catalog: string): Promise<ServiceEntry[]> {
  try {
    const { entries, findings } = await checkFiles([catalog]);
    const problems = findings
      .filter(({ severity }) => severity === 'error')
      .map(({ file, service, path, reason }): ScenarioProblem => {
        return { path: [file, service, path].filter(Boolean).join(': '), reason };
      });
    if (problems.length > 0) throw new ScenarioError(catalog, problems);
    return entries.map(({ entry }) => entry);
  } catch (error) {
    if (!(error instanceof CannotDo)) throw error;
    throw new ScenarioError('rehearse', [{ path: '--catalog', reason: error.message }]);
  }
}

/** An entry in a form that a rehearsal can play. @param left receives the omitted parts, in words */
function playable(entry: ServiceEntry, template: string | false | undefined, left: string[]): ServiceEntry {
  const { service, stack = `rehearsed-${service}` } = entry;
  const withoutQualifier = (name: string) => {
    if (!name.includes(':')) return name;
    left.push(`${service}: ${name} is called without its version or alias`);
    return name.slice(0, name.indexOf(':'));
  };
  const known = new Set<string>();
  const targets = entry.targets.flatMap((target): ServiceEntry['targets'] => {
    if (target.kind === 'hook') return [{ ...target, function: withoutQualifier(target.function) }];
    if (target.kind === 'cloudformation' && target.stack !== undefined && target.stack !== stack) {
      left.push(`${service}: without the stack ${target.stack}`);
      return [];
    }
    if (!isAlias(target) || template) return [target];
    if (known.has(target.function)) {
      left.push(`${service}: without the alias ${target.alias} of ${target.function}, which has another`);
      return [];
    }
    known.add(target.function);
    if (target.kind === 'lambda-alias') return [target];
    const { application, deploymentGroup, ...rest } = target;
    if (application ?? deploymentGroup)
      left.push(`${service}: the group of ${target.function} has SAM's name`);
    return [rest];
  });
  const healthChecks = entry.policy.healthChecks.map((check) => ({
    ...check,
    function: withoutQualifier(check.function),
  }));
  return { ...entry, stack, targets, policy: { ...entry.policy, healthChecks } };
}

function scenarioText(services: readonly ServiceEntry[], asked: CatalogRehearsal, left: readonly string[]) {
  const stacks = services.flatMap((entry) => {
    const { service } = entry;
    if (service === asked.service && asked.template) return [{ service, template: asked.template }];
    const isShort = !entry.targets.some(isAlias) && stacksOf(entry).length === 1;
    return isShort ? [{ service, template: 'one-function' }] : [];
  });
  const consumers = consumersOf(services, asked.service);
  const alarms = new Map(
    services.flatMap(({ service, policy }) => policy.alarms.map((name): [string, string] => [name, service])),
  );
  const entry = services.find(({ service }) => service === asked.service) as ServiceEntry;
  const apartMs = 20_000;
  const settledMs = Math.max(...services.map(({ policy }) => policy.bake.maxMinutes)) * minuteMs;
  const second = services.length * apartMs + settledMs + 30 * minuteMs;
  const badAfter = Math.min(
    consumers.length * apartMs + 3 * minuteMs,
    Math.max(minuteMs, (entry.policy.bake.minMinutes * minuteMs) / 2),
  );
  const hasTemplate = (service: string) => stacks.some((stack) => stack.service === service);
  const release = (service: string, at: number) => ({
    service,
    at: `${at / 1000}s`,
    ...(!hasTemplate(service) && { config: 'AllAtOnce' }),
  });
  const turnsBad = asked.bad ? 'that turns bad' : 'that is good';
  return {
    title: `A release of ${asked.service} ${turnsBad}`.slice(0, 100),
    description: [
      `All ${services.length} services of ${asked.catalog} are released and confirmed good. Then ${asked.service} is released,`,
      `and on top of it ${consumers.join(', ') || 'nothing'}.`,
      ...(left.length > 0 ? [`Otherwise than in the catalog: ${left.join('; ')}.`] : []),
    ].join(' '),
    services,
    stacks,
    deadline: '30d',
    alarms: [...alarms].map(([name, service]) => ({
      name,
      service,
      script: [{ at: '-30m', state: 'OK' }],
    })),
    releases: [
      ...services.map(({ service }, index) => release(service, (index + 1) * apartMs)),
      {
        ...release(asked.service, second),
        ...(asked.bad && { bad: { errorRate: 0.5, after: `${badAfter / 1000}s` } }),
      },
      ...consumers.map((service, index) => release(service, second + (index + 1) * apartMs)),
    ],
    expect: {
      incidents: asked.bad && entry.policy.autonomy !== 'observe' ? [{ service: asked.service }] : [],
    },
  };
}

/** The services that depend on a provider, directly or transitively; each after its own providers. */
function consumersOf(services: readonly ServiceEntry[], provider: string): string[] {
  const found = [provider];
  for (const name of found) {
    const direct = services.filter(({ dependsOn }) =>
      dependsOn.some((one) => providerOf(one).service === name),
    );
    for (const { service } of direct) if (!found.includes(service)) found.push(service);
  }
  return found.slice(1);
}
