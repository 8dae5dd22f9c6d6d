import { createHash } from 'node:crypto';
import type { RollbackPlan } from './service-plan.ts';

/**
 * The digest of what a plan would do: 16 hexadecimal digits, enough to tell apart the plans of one release and short
 * enough to be typed. Two plans have the same one if they take the same services from and to the same, in the same
 * order; when and for which attempt they were made, and their words, are left out.
 */
export function planDigest({ services, stays }: Pick<RollbackPlan, 'services' | 'stays'>): string {
  const what = {
    services: services.map(({ service, fromRelease, toRelease, undoes, waitsFor, targets, onFailure }) => ({
      service,
      fromRelease,
      toRelease: toRelease ?? null,
      undoes,
      waitsFor,
      targets,
      onFailure,
    })),
    stays: stays.map(({ service }) => service),
  };
  return createHash('sha256').update(canonical(what)).digest('hex').slice(0, 16);
}

/** JSON with the members of every object sorted: a plan has the same text before it was saved and after. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
