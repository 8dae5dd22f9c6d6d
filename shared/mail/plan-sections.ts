import { expectedDuration } from '../targets/expected-duration.ts';
import { wordsOf } from '../targets/kinds.ts';
import type { RollbackPlan, ServicePlan } from '../targets/service-plan.ts';
import { counted, duration, type Line, rows, type Section, shorten, shortList } from './mail-text.ts';

/** Services up to which targets are listed one by one; the mail of a larger plan names the services only. */
export const servicesInDetail = 10;
/** Lines of a list of services: a mail may have 256 KiB, and nobody reads more. */
const linesShown = 200;

/** Sections of a mail on a plan: in short, and in detail. */
export interface PlanSections {
  readonly plan: readonly Section[];
  readonly details: readonly Section[];
}

/**
 * The steps of a plan, in order, and the services that stay.
 *
 * @param back services whose users an earlier attempt put back: they are summed up
 */
export function planSections(plan: RollbackPlan, back: readonly string[] = []): PlanSections {
  const services = plan.services.filter(({ service }) => !back.includes(service));
  const [only] = services;
  const isOne = services.length === 1 && only !== undefined;
  return {
    plan: [
      {
        heading: 'Plan',
        lines: [
          `${summaryOf(services.length, plan)} ${durationOf(services)}`,
          ...backLines(plan, back),
          ...(isOne ? planLines(only) : orderLines(services)),
        ],
      },
      { heading: 'Risks', lines: riskLines(plan.services) },
    ],
    details: [
      ...(isOne
        ? []
        : services
            .slice(0, servicesInDetail)
            .map((one) => ({ heading: `Plan for ${one.service}`, lines: planLines(one) }))),
      { heading: 'Services that stay', lines: stayLines(plan) },
    ],
  };
}

/** `12 services go back, 3 stay.` */
function summaryOf(count: number, { stays }: RollbackPlan): string {
  const others = stays.length > 0 ? `, ${stays.length} ${stays.length === 1 ? 'stays' : 'stay'}` : '';
  return `${counted(count, 'service')} ${count === 1 ? 'goes' : 'go'} back${others}.`;
}

function backLines(plan: RollbackPlan, back: readonly string[]): Line[] {
  const those = plan.services.flatMap(({ service }) => (back.includes(service) ? service : []));
  if (those.length === 0) return [];
  return [`Back since an earlier attempt: ${shortList(those)}. Only what is left of them is done.`];
}

/** Risks of the services' rollback. */
export function riskLines(services: readonly Pick<ServicePlan, 'service' | 'risks'>[]): Line[] {
  return shorten(
    services.flatMap(({ service, risks }) => risks.map((risk) => `${service}: ${risk}`)),
    linesShown,
  );
}

/** Expected duration of the services' rollback, in a few words; undefined if nothing is known. */
export function expectedInWords(services: readonly ServicePlan[]): string | undefined {
  const { seconds } = expectedDuration(services);
  return seconds === undefined ? undefined : `about ${duration(seconds * 1000)}`;
}

function durationOf(services: readonly ServicePlan[]): string {
  const { seconds, path, unknown } = expectedDuration(services);
  if (seconds === undefined) return 'How long it takes is not known: none of it went back before.';
  const way = path.length > 1 ? `, along ${shortList(path)}` : '';
  const others = unknown.length > 0 ? ` Not known, and not counted: ${shortList(unknown)}.` : '';
  return `It takes about ${duration(seconds * 1000)}, by the latest rollbacks${way}.${others}`;
}

function orderLines(services: readonly ServicePlan[]): Line[] {
  const pairs = services.map(({ service, reason, waitsFor }, index): [string, string] => [
    `${index + 1}. ${service}`,
    `${reason}${waitsFor.length > 0 ? `; after ${shortList(waitsFor)}` : ''}`,
  ]);
  return shorten(rows(pairs), linesShown);
}

function planLines(service: ServicePlan): Line[] {
  return [
    service.reason,
    ...rows([
      ...service.targets.map((target): [string, string] => [target.target, wordsOf(target).inWords(target)]),
      ...service.unchanged.map(({ target, reason }): [string, string] => [target, `stays: ${reason}`]),
    ]),
  ];
}

function stayLines({ stays }: RollbackPlan): Line[] {
  const providers = stays.filter(({ why }) => why === 'provider').map(({ service }) => service);
  const others = stays.filter(({ why }) => why !== 'provider');
  return [
    ...shorten(rows(others.map(({ service, reason }) => [service, reason])), linesShown),
    ...(providers.length > 0
      ? [`${shortList(providers)}: providers, which go on serving their older consumers`]
      : []),
  ];
}
