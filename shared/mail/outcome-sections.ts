import type { ServiceResult, TargetResult } from '../ledger/records.ts';
import type { ServicePlan } from '../targets/service-plan.ts';
import { isRebuild } from '../targets/waves.ts';
import { columns, type Section, shorten } from './mail-text.ts';
import { servicesInDetail } from './plan-sections.ts';

/** Lines of the list of services. */
const linesShown = 300;

/** Exactly what is where after an incident of several services, and what was done to which target. */
export function outcomeSections(
  planned: readonly Pick<ServicePlan, 'service' | 'toRelease'>[],
  results: readonly ServiceResult[],
): Section[] {
  const byService = new Map(results.map((result) => [result.service, result]));
  const rows = planned.map((plan): [string, string] => [
    plan.service,
    whereItIs(plan, byService.get(plan.service)),
  ]);
  // Of many services those that are not back are what a person has to read.
  const inDetail = [...results]
    .filter(({ targets }) => targets.length > 0)
    .sort((a, b) => Number(a.status === 'rolled-back') - Number(b.status === 'rolled-back'))
    .slice(0, servicesInDetail);
  return [
    ...(planned.length > 1 ? [{ heading: 'What is where', lines: shorten(columns(rows), linesShown) }] : []),
    ...inDetail.map((service) => ({
      heading: `What was done to ${service.service}`,
      lines: columns(service.targets.map(({ target, status, action }) => [target, marks[status] + action])),
    })),
  ];
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
