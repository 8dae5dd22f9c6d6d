import type { PromiseCheck } from './promise.ts';

/** Mails of an incident that proceeds by itself. */
const calm: ReadonlySet<string> = new Set(['opened', 'back']);

/**
 * A mail is critical where a deadline runs, and where services are still bad after their rollback. A mail of an incident
 * that proceeds by itself is not critical, nor is a mail that asks nothing of its reader. The promise every-step-is-told
 * checks that no mail is sent twice.
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
        // An actor that ends an incident from outside does not know the findings, and says that a person is needed.
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
