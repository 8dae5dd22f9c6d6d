import { expectedDuration } from '../targets/expected-duration.ts';
import { wordsOf } from '../targets/kinds.ts';
import type { RollbackPlan, ServicePlan } from '../targets/service-plan.ts';
import { columns, duration, type Section, shorten } from './mail-text.ts';

/** Services whose targets are told one by one; of larger plans the mail names the services only. */
export const servicesInDetail = 10;
/** Lines of a list of services: a mail may have 256 KiB, and nobody reads more. */
const linesShown = 200;

/** What a plan does, in order, and what stays beside it, for the mail that says it is being done or could be. */
export function planSections(plan: RollbackPlan, heading: (service: string) => string): Section[] {
  const { services } = plan;
  const details = services.slice(0, servicesInDetail).map((service) => ({
    heading: heading(service.service),
    lines: planLines(service),
  }));
  return [
    ...(services.length > 1
      ? [{ heading: 'What goes back, in this order', lines: orderLines(services) }]
      : []),
    { heading: 'How long it will take', lines: durationLines(services) },
    ...details,
    { heading: 'What stays, and why', lines: stayLines(plan) },
    { heading: 'What may go wrong', lines: riskLines(services) },
  ];
}

/** What may keep services from going back well. */
export function riskLines(services: readonly Pick<ServicePlan, 'service' | 'risks'>[]): string[] {
  return shorten(
    services.flatMap(({ service, risks }) => risks.map((risk) => `${service}: ${risk}`)),
    linesShown,
  );
}

function durationLines(services: readonly ServicePlan[]): string[] {
  const { seconds, path, unknown } = expectedDuration(services);
  if (seconds === undefined) return ['not known: none of it went back before'];
  const way = path.length > 1 ? `: the longest way is ${shortList(path)}, one after the other` : '';
  return [
    `about ${duration(seconds * 1000)}, by what the latest rollbacks took${way}`,
    ...(unknown.length > 0 ? [`not known, and not counted: ${shortList(unknown)}`] : []),
  ];
}

function orderLines(services: readonly ServicePlan[]): string[] {
  const rows = services.map(({ service, reason, waitsFor }, index): [string, string] => [
    `${index + 1}. ${service}`,
    `${reason}${waitsFor.length > 0 ? `; after ${shortList(waitsFor)}` : ''}`,
  ]);
  return shorten(columns(rows), linesShown);
}

function planLines(service: ServicePlan): string[] {
  return [
    service.reason,
    ...columns([
      ...service.targets.map((target): [string, string] => [target.target, wordsOf(target).inWords(target)]),
      ...service.unchanged.map(({ target, reason }): [string, string] => [target, `stays: ${reason}`]),
    ]),
  ];
}

function stayLines({ stays }: RollbackPlan): string[] {
  const providers = stays.filter(({ why }) => why === 'provider').map(({ service }) => service);
  const others = stays.filter(({ why }) => why !== 'provider');
  return [
    ...shorten(columns(others.map(({ service, reason }) => [service, reason])), linesShown),
    ...(providers.length > 0
      ? [`${shortList(providers)}: providers, which go on serving their older consumers`]
      : []),
  ];
}

function shortList(names: readonly string[]): string {
  const most = 8;
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}
