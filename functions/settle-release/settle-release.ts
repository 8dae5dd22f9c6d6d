import * as z from 'zod';
import type { CatalogStore } from '../../shared/catalog/catalog-store.ts';
import { judgementVerdict } from '../../shared/judge/judgement.ts';
import type { ReleaseLedger } from '../../shared/ledger/release-ledger.ts';
import { type SnapshotClients, takeSnapshot } from '../../shared/ledger/take-snapshot.ts';
import type { MailRoom } from '../../shared/mail/mail-room.ts';
import { releaseMail } from '../../shared/mail/release-mails.ts';

export const settleReleaseInput = z.strictObject({
  deploymentId: z.string(),
  releaseId: z.string(),
  verdict: judgementVerdict,
  requests: z.number(),
  errors: z.number(),
});

/** `good`, `unproven`: the release is settled; `waiting`: for its other deployments; `bad`: an incident has it. */
export type Settlement = 'good' | 'unproven' | 'waiting' | 'bad';

/** What the rule needs. */
export interface SettleReleaseDeps extends SnapshotClients {
  readonly catalog: CatalogStore;
  readonly releases: ReleaseLedger;
  readonly mailRoom: MailRoom;
  readonly environment: string;
  readonly now: () => number;
}

/**
 * Records that a deployment came through its bake and, once all deployments of its release have, settles the
 * release: good, with a snapshot of what is live, when one of them proved healthy and none did otherwise;
 * unproven when none saw enough traffic. Tells the stakeholders, once per release.
 */
export function settleRelease(deps: SettleReleaseDeps) {
  const { releases } = deps;

  return async (input: z.infer<typeof settleReleaseInput>): Promise<{ settlement: Settlement }> => {
    const { deploymentId, releaseId, verdict, requests, errors } = input;
    const at = new Date(deps.now()).toISOString();
    await releases.settleDeployment(releaseId, deploymentId, { verdict, at, requests, errors });

    const release = await releases.get(releaseId);
    if (release.verdict === 'bad') return { settlement: 'bad' };
    const deployments = Object.values(release.deployments);
    if (deployments.some(({ settled }) => !settled)) return { settlement: 'waiting' };

    const good = deployments.some(({ settled }) => settled?.verdict === 'healthy');
    if (good && release.verdict !== 'good') {
      const snapshot = await takeSnapshot(await deps.catalog.entry(release.service), deps, release);
      if (!(await releases.markGood(releaseId, snapshot))) return { settlement: 'bad' };
    }
    const mail = releaseMail(deps.environment, release, { good, now: deps.now() });
    await deps.mailRoom.send(releaseId, 'settled', deploymentId, mail);
    return { settlement: good ? 'good' : 'unproven' };
  };
}
