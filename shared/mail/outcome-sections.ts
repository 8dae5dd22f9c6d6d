import { isTrafficBack, type ServiceResult, type TargetResult } from '../ledger/records.ts';
import type { ServicePlan } from '../targets/service-plan.ts';
import { isRebuild } from '../targets/waves.ts';
import { type Line, rows, type Section, shorten, shortList } from './mail-text.ts';
import { servicesInDetail } from './plan-sections.ts';

/** Lines of the list of services. */
const linesShown = 300;

/** Sections on the work done: in short, and in detail. */
export interface OutcomeSections {
  readonly result: readonly Section[];
  readonly details: readonly Section[];
}

/**
 * The state of each service after an incident of several services, and the actions on each target.
 *
 * @param back services whose users an earlier attempt put back: they are summed up
 */
export function outcomeSections(
  planned: readonly Pick<ServicePlan, 'service' | 'toRelease'>[],
  results: readonly ServiceResult[],
  back: readonly string[] = [],
): OutcomeSections {
  const byService = new Map(results.map((result) => [result.service, result]));
  const since = new Set(
    back.filter((service) => {
      const result = byService.get(service);
      return result === undefined || isTrafficBack(result);
    }),
  );
  const pairs = planned
    .filter(({ service }) => !since.has(service))
    .map((plan): [string, string] => [plan.service, whereItIs(plan, byService.get(plan.service))]);
  // Among many services a person needs to read those that are not back.
  const inDetail = [...results]
    .filter(({ targets }) => targets.length > 0)
    .sort((a, b) => Number(a.status === 'rolled-back') - Number(b.status === 'rolled-back'))
    .slice(0, servicesInDetail);
  const details = inDetail.map(({ service, targets }) => ({
    heading: `Done to ${service}`,
    lines: rows(targets.map(({ target, status, action }) => [target, marks[status] + action])),
  }));
  if (planned.length <= 1) return { result: details, details: [] };
  const done = results.filter(isTrafficBack).length;
  return {
    result: [
      {
        heading: 'Result',
        lines: [
          `Users of ${done} of ${planned.length} services are back.`,
          ...sinceLines(planned, since),
          ...shorten(rows(pairs), linesShown),
        ],
      },
    ],
    details,
  };
}

function sinceLines(planned: readonly Pick<ServicePlan, 'service'>[], since: ReadonlySet<string>): Line[] {
  const names = planned.flatMap(({ service }) => (since.has(service) ? service : []));
  return names.length > 0 ? [`Back since an earlier attempt: ${shortList(names)}.`] : [];
}

function whereItIs(
  { toRelease = 'the versions before' }: Pick<ServicePlan, 'toRelease'>,
  result: ServiceResult | undefined,
): string {
  switch (result?.status) {
    case 'rolled-back':
      return `back on ${toRelease}${theSlowWay(result)}`;
    case 'traffic-restored':
      return `users are back on ${toRelease}${theSlowWay(result)}; its stack is not`;
    case 'failed':
      return `NOT BACK: ${result.reason ?? 'see what was done to it'}${result.providersGoOn ? '; its providers went on' : ''}`;
    case 'superseded':
      return 'RELEASED AGAIN meanwhile, and left alone';
    case 'skipped':
      return `as it was: ${result.reason}`;
    case undefined:
      return 'as it was: not reached';
  }
}

function theSlowWay({ targets }: ServiceResult): string {
  return targets.some(({ target }) => isRebuild(target))
    ? ', the slow way: its code was built anew, because a version was gone'
    : '';
}

const marks: Record<TargetResult['status'], string> = {
  restored: '',
  failed: 'FAILED: ',
  superseded: 'LEFT: ',
  left: 'LEFT AS IT IS: ',
};
