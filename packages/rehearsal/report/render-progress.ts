import { clockTime, oneLine } from '../../../cli/text-layout.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { TimelineEntry } from './timeline.ts';

/** Width of the column for the state or kind of event. */
const stateWidth = 18;

/** One line per notable event: virtual clock, service, state of a machine (or kind of event), description. */
export function progressLine(scenario: Scenario, entry: TimelineEntry, width: number): string {
  const serviceWidth = Math.max(8, ...scenario.services.map(({ service }) => service.length));
  const begin = [
    clockTime(entry.at),
    (entry.service ?? '').padEnd(serviceWidth),
    (entry.state ?? entry.kind).padEnd(stateWidth),
  ].join('  ');
  return `${begin}  ${oneLine(entry.text, Math.max(40, width - begin.length - 2))}`.trimEnd();
}

/** The lines above the progress. */
export function progressHeader(scenario: Scenario, seed: number): string[] {
  const description = scenario.description ? ['', scenario.description] : [];
  return [
    `${scenario.name}: ${scenario.title}`,
    ...description,
    '',
    `Virtual time from ${scenario.start}, seed ${seed}. The machines, functions and template are the real ones;`,
    'the AWS account around them is simulated.',
    '',
  ];
}
