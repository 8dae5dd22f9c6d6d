import { isAlias } from '../catalog/alias-kinds.ts';
import { broughtBy, type ReleaseRecord } from '../ledger/records.ts';
import { type OriginFact, originOf } from '../stack/release-origin.ts';
import type { ServicePlan } from '../targets/service-plan.ts';
import { instant, rows, type Section } from './mail-text.ts';

type Pair = readonly [string, string];

/** A release as mails describe it: its facts from the ledger and from its plan. */
export type ToldRelease = Pick<
  ReleaseRecord,
  'startedAt' | 'stack' | 'origin' | 'snapshot' | 'deployments' | 'moved'
>;
export type ToldPlan = Partial<Pick<ServicePlan, 'targets' | 'change'>>;

/** Characters that are enough to tell digests apart, and to find one with `aws lambda get-function`. */
const digestShown = 10;

/** The deployer and the origin of a release: a pair for each known fact. */
export function releasePairs(release: ToldRelease, { change }: ToldPlan = {}): Pair[] {
  const { startedAt, stack, origin = tagged(release) } = release;
  const now = change?.origin ?? origin;
  const before = new Map(change?.originBefore.map(({ name, value }) => [name, value]));
  return [
    ['released', `${instant(startedAt)}${stack === undefined ? '' : `, stack ${stack}`}`],
    ...now.map(({ name, value }): Pair => {
      const old = before.get(name);
      if (old === undefined) return [name, value];
      return [name, value === old ? `${value}, as at the restore point` : `${value}; restore point: ${old}`];
    }),
  ];
}

/** The differences between a release and its restore point, by name and never by value. */
export function changePairs(release: ToldRelease, { targets = [], change }: ToldPlan): Pair[] {
  const goals = new Map(targets.filter(isAlias).map((one) => [one.target, one.toCodeSha256]));
  const code = broughtBy(release).flatMap(({ target, digests }): Pair[] => {
    const [released, goal] = [digests?.to.code, goals.get(target)];
    if (!released || !goal) return [];
    return [
      [
        target,
        released === goal
          ? `the same code, ${released.slice(0, digestShown)}`
          : `code ${released.slice(0, digestShown)}; restore point: ${goal.slice(0, digestShown)}`,
      ],
    ];
  });
  const { added = [], removed = [], changed = [], parameters = [] } = change ?? {};
  const lists: readonly (readonly [string, readonly string[]])[] = [
    ['added', added],
    ['removed', removed],
    ['changed', changed],
    ['parameters', parameters],
  ];
  return [
    ...code,
    ...lists.filter(([, names]) => names.length > 0).map(([name, names]): Pair => [name, names.join(', ')]),
  ];
}

/** The deployer and the changes of a release, for a person who has to decide on it. */
export function releaseSections(release: ToldRelease | undefined, plan: ToldPlan = {}): Section[] {
  if (!release) return [];
  return [
    { heading: 'The release', lines: rows(releasePairs(release, plan)) },
    { heading: 'Changed since the restore point', lines: rows(changePairs(release, plan)) },
  ];
}

/** A release without a deployment was recorded with the tags of its stack. */
function tagged({ snapshot = [] }: ToldRelease): OriginFact[] {
  return snapshot.flatMap((one) => (one.kind === 'cloudformation' ? originOf(one.tags) : []));
}
