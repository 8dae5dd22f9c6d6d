import { goneInWords } from '../targets/built-versions.ts';
import { expectedDuration } from '../targets/expected-duration.ts';
import { inWords } from '../targets/mesh.ts';
import type { RollbackPlan, ServicePlan } from '../targets/service-plan.ts';
import type { TargetPlan } from '../targets/shapes.ts';
import { roleInWords } from '../targets/stack-role.ts';
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
      ...service.targets.map((target): [string, string] => [target.target, plannedInWords(target)]),
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

/** What a plan does to a target, in words. */
export function plannedInWords(target: TargetPlan): string {
  switch (target.kind) {
    case 'codedeploy':
    case 'lambda-alias':
      return target.builtBy
        ? `back from version ${target.fromVersion} to the code of version ${target.toVersion}, built anew`
        : `back from version ${target.fromVersion} to version ${target.toVersion}`;
    case 'stack-rebuild':
      return (
        `the slow way: stack ${target.stack} builds the code anew from the saved template, because ` +
        `${goneInWords(target)}`
      );
    case 'cloudformation':
      if (target.waitOnly) return `stack ${target.stack} waited for`;
      return (
        `stack ${target.stack} brought to rest in the state of that release` +
        (target.beforeTraffic ? ', before the traffic' : '') +
        (target.role ? `, ${roleInWords(target.role)}` : '')
      );
    case 'stack-pin':
      return `stack ${target.stack} pinned to the versions that users are on, ${roleInWords(target.role)}`;
    case 'parameter':
      return target.parameters
        .map(({ name, fromVersion, toVersion }) => {
          const way = `back from version ${fromVersion} to version ${toVersion}`;
          return name === target.target ? way : `${name} ${way}`;
        })
        .join(', ');
    case 'api-stage':
      return (
        `back from deployment ${target.fromDeployment} to deployment ${target.toDeployment}` +
        (target.phase === 'after-stack' ? ', after the stack' : '')
      );
    case 'mesh':
      return `back from ${inWords(target.fromWeights)} to ${inWords(target.toWeights)}`;
    case 'hook':
      return `asked to do its part, ${target.phase === 'hook-before' ? 'before' : 'after'} everything else`;
  }
}

function shortList(names: readonly string[]): string {
  const most = 8;
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}
