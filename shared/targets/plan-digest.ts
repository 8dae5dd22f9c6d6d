import { createHash } from 'node:crypto';
import { canonicalJson } from '../canonical-json.ts';
import type { RollbackPlan } from './service-plan.ts';

/**
 * The digest of a plan's actions: 16 hexadecimal digits, enough to tell the plans of one release apart and short enough to
 * type. Two plans have the same digest if they move the same services between the same releases, in the same order; their
 * times, attempts and words are left out.
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
