import type { SimulatedAccount } from 'account-simulator/account/account.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { functionsOfService } from './names.ts';

const caller = { principal: 'clean-up-job' };

/**
 * Deletes every version of a service's functions that no alias uses, as clean-up jobs do; returns their names.
 *
 * @param only this version and no other
 */
export async function deleteUnusedVersions(
  account: SimulatedAccount,
  scenario: Scenario,
  service: string,
  only?: string,
): Promise<string[]> {
  const deleted: string[] = [];
  const call = (operation: string, input: object) => account.wire.call('lambda', operation, input, caller);
  for (const { name: FunctionName } of functionsOfService(scenario, account, service)) {
    const { Versions = [] } = (await call('ListVersionsByFunction', { FunctionName })) as {
      Versions?: { Version?: string }[];
    };
    for (const { Version } of Versions) {
      if (Version === '$LATEST' || (only !== undefined && Version !== only)) continue;
      try {
        await call('DeleteFunction', { FunctionName, Qualifier: Version });
        deleted.push(`version ${Version} of ${FunctionName}`);
      } catch {
        // An alias uses it: Lambda keeps it.
      }
    }
  }
  return deleted;
}

/** Deletes the templates that the coordinator has saved so far, all or those of one service; returns their keys. */
export async function deleteSavedTemplates(
  account: SimulatedAccount,
  Bucket: string,
  service = '',
): Promise<string[]> {
  const call = (operation: string, input: object) => account.wire.call('s3', operation, input, caller);
  const { Contents = [] } = (await call('ListObjectsV2', {
    Bucket,
    Prefix: service ? `templates/${service}/` : 'templates/',
  })) as { Contents?: { Key?: string }[] };
  const keys = Contents.flatMap(({ Key }) => Key ?? []);
  for (const Key of keys) await call('DeleteObject', { Bucket, Key });
  return keys;
}
