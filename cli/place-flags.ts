import type { Call } from './command-spec.ts';

/** The options that lead another command to the same coordinator, as they were typed; each with a blank before it. */
export function placeFlags({ options }: Pick<Call, 'options'>): string {
  return (['environment', 'stack', 'region'] as const)
    .map((name) => (options[name] === undefined ? '' : ` --${name} ${options[name]}`))
    .join('');
}
