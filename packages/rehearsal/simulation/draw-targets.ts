import type { SeededRandom } from 'account-simulator/random/seeded-random.ts';
import type { ScenarioInput } from './simulation-case.ts';

type Listed = NonNullable<ScenarioInput['services']>[number];
type Service = Listed & { readonly targets: NonNullable<Listed['targets']> };
type Target = Service['targets'][number];
type Release = NonNullable<ScenarioInput['releases']>[number];
type Hook = NonNullable<ScenarioInput['rollbackHooks']>[number];
type Parameter = NonNullable<ScenarioInput['parameters']>[number];

const parameterOf = (service: string, last: string) => `/${service}-stack/settings/${last}`;

/** Draws the targets of a service that are neither aliases nor its stack: most services have none of a kind. */
export function drawTargets(service: string, random: SeededRandom): Target[] {
  const id = service.padEnd(17, '0').slice(0, 17);
  const path = `/${service}-stack/settings`;
  const targets: Target[] = [];
  if (random.chance(0.15)) {
    targets.push(
      random.chance(0.5)
        ? { kind: 'parameter', path }
        : { kind: 'parameter', name: parameterOf(service, 'limit') },
    );
  }
  if (random.chance(0.1)) {
    const protocol = random.pick(['rest', 'http'] as const);
    targets.push({ kind: 'api-stage', protocol, api: `${service}api`, stage: 'prod' });
  }
  if (random.chance(0.1)) {
    targets.push({ kind: 'mesh', service: `svc-${id}`, listener: `listener-${id}`, rule: `rule-${id}` });
  }
  if (random.chance(0.12)) {
    targets.push({
      kind: 'hook',
      function: `RollbackHook_${service}`,
      when: random.pick(['before', 'after'] as const),
      form: random.pick(['answer', 'callback'] as const),
      heartbeatSeconds: 120,
    });
  }
  return targets;
}

/** Draws the stack of a service as a target: some may skip their migration. */
export function drawStackTarget(random: SeededRandom): Target {
  return { kind: 'cloudformation', ...(random.chance(0.3) && { skipResources: ['Migration'] }) };
}

/** The parameters that drawn targets restore, one of them a secret under the team's own key. */
export function drawParameters(services: readonly Service[]): Parameter[] {
  return services.flatMap(({ service, targets }) => {
    if (!targets.some(({ kind }) => kind === 'parameter')) return [];
    return [
      { name: parameterOf(service, 'limit'), value: '10' },
      {
        name: parameterOf(service, 'token'),
        value: 'one',
        type: 'SecureString' as const,
        keyId: 'alias/team',
      },
    ];
  });
}

/** The behaviour of drawn hooks: most succeed, some fail, fall silent, or were never deployed. */
export function drawHooks(services: readonly Service[], random: SeededRandom): Hook[] {
  return services.flatMap(({ targets }) =>
    targets.flatMap((target) =>
      target.kind === 'hook'
        ? {
            function: target.function,
            result: random.pick([
              ...Array.from({ length: 6 }, () => 'Succeeded' as const),
              'Failed' as const,
              'Refused' as const,
              'Silent' as const,
              'Missing' as const,
            ]),
            after: `${random.integer(1, 240)}s`,
          }
        : [],
    ),
  );
}

/** A release's changes besides code: parameters, the weights of a rule, data; and the behaviour of its stack on failure. */
export function drawRest(
  { service, targets }: Service,
  number: number,
  random: SeededRandom,
): Pick<Release, 'parameters' | 'mesh' | 'migrates' | 'disableRollback'> {
  const rule = targets.find((target) => target.kind === 'mesh')?.rule;
  const changed = targets.some(({ kind }) => kind === 'parameter')
    ? ['limit', 'token'].filter(() => random.chance(0.7))
    : [];
  const blue = random.integer(0, 100);
  const update = random.fork('update');
  const takes = update.chance(0.12) ? `${update.pick([20, 200, 1_500])}s` : undefined;
  return {
    ...(changed.length > 0 && {
      parameters: Object.fromEntries(changed.map((last) => [parameterOf(service, last), `value ${number}`])),
    }),
    ...(update.chance(0.08) && { disableRollback: true }),
    ...(takes && { migrates: update.chance(0.3) ? { takes, fails: true } : takes }),
    ...(rule && random.chance(0.7) && { mesh: { [rule]: { 'tg-blue': blue, 'tg-green': 100 - blue } } }),
  };
}
