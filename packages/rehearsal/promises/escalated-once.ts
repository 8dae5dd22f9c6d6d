import type { PromiseCheck } from './promise.ts';

/**
 * Where services are still bad after their rollback, somebody is woken, once: the last mail of that incident is
 * critical. No other mail is. That one mail is not sent twice is what every-step-is-told looks at.
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
      for (const { at, subject, about, isCritical } of mails) {
        if (isCritical && !stillBad.has(about)) {
          broken(`${facts.clock(at)} "${subject}" is critical, and nothing is still bad`);
        }
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
