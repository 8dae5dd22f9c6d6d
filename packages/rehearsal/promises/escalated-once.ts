import type { PromiseCheck } from './promise.ts';

/** Mails of an incident that goes on by itself. */
const calm: ReadonlySet<string> = new Set(['opened', 'back']);

/**
 * Somebody is woken where a deadline runs, and where services are still bad after their rollback: those mails are critical.
 * A mail of an incident that goes on by itself is not, nor one that asks its reader for nothing. That no mail is sent twice
 * is what every-step-is-told looks at.
 */
export const escalatedOnce: PromiseCheck = {
  promise: 'escalated-once',
  watch(facts, broken) {
    return () => {
      const stillBad = new Map<string, number>();
      for (const { status, input, output, stopDate = 0 } of facts.executions('ExecutePlan')) {
        const recovery = status === 'SUCCEEDED' && (JSON.parse(output ?? '{}') as { status?: string }).status;
        if (recovery === 'not-recovered') {
          stillBad.set((JSON.parse(input) as { incidentId: string }).incidentId, stopDate);
        }
      }
      const mails = facts.mails.all();
      for (const { at, subject, kind, isCritical, needsPerson } of mails) {
        const told = `${facts.clock(at)} "${subject}"`;
        if (isCritical && (calm.has(kind) || !needsPerson))
          broken(`${told} is critical, and nobody has to act`);
        const hasDeadline = kind === 'asked' || kind === 'reminded';
        if (hasDeadline && !isCritical) broken(`${told} has a deadline, and wakes nobody`);
      }
      for (const [incidentId, foundAt] of stillBad) {
        // Who ends an incident from outside does not know what was found, and says that a person is needed.
        const last = mails.find(
          ({ at, by, about }) => by === 'CloseIncidentFunction' && about === incidentId && at >= foundAt,
        );
        if (last && !last.isCritical) {
          broken(`nobody was woken: services of ${incidentId} are still bad after their rollback`);
        }
      }
    };
  },
};
