import { createHash } from 'node:crypto';
import { canonicalJson } from '../canonical-json.ts';
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
  return createHash('sha256').update(canonicalJson(what)).digest('hex').slice(0, 16);
}
