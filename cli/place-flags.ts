import type { Call } from './command-spec.ts';

/** The options that select the coordinator, as typed, for another command; each with a leading blank. */
export function placeFlags({ options }: Pick<Call, 'options'>): string {
  return (['environment', 'stack', 'region'] as const)
    .map((name) => (options[name] === undefined ? '' : ` --${name} ${options[name]}`))
    .join('');
}
