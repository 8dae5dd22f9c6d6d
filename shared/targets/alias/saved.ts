import type { AliasKind } from '../../catalog/alias-kinds.ts';
import type { Pace } from '../../ledger/pace-ledger.ts';
import type { EntryOf } from '../shapes.ts';
import type { SavedState } from '../target-kind.ts';
import { type AliasSnapshot, aliasName } from './shapes.ts';

/**
 * A third of the 15 requests a second that all callers of Lambda's control plane share, the teams' own deployments and a
 * running rollback among them (Lambda developer guide, "Lambda quotas"). 150 services of 6 functions are recorded in nine
 * minutes.
 */
export const recordedFunctions: Pace = { of: 'recorded-functions', perSecond: 5, burst: 1 };

/** The saved state of an alias, with or without a deployment group. */
export const savedAlias: SavedState<EntryOf<AliasKind>, AliasSnapshot> = {
  /** Three requests to Lambda's control plane: its routing, the digests of its version, and its provisioned concurrency. */
  recording: { pace: recordedFunctions, requests: 3 },
  isOnlyLive: false,
  /** Saves the version that the release brought in, if the release records one. */
  async read({ aliases }, target, { physicalIds, brought }) {
    const name = aliasName(target);
    const functionName = physicalIds.get(target.function) ?? target.function;
    const found = brought.find((one) => one.target === name);
    const { version, weights } = found
      ? { version: found.toVersion, weights: {} }
      : await aliases.get(functionName, target.alias);
    const digests = await aliases.digestsOf(functionName, version);
    const provisioned = await aliases.provisioned(functionName, target.alias);
    return {
      kind: target.kind,
      target: name,
      function: functionName,
      alias: target.alias,
      version,
      codeSha256: digests?.code ?? '',
      ...(digests?.configuration !== undefined && { configurationSha256: digests.configuration }),
      ...(Object.keys(weights).length > 0 && { weights: { ...weights } }),
      ...(provisioned > 0 && { provisioned }),
    };
  },
  async missing({ aliases }, { function: name, version }) {
    return (await aliases.codeOf(name, version)) === undefined
      ? `version ${version} of ${name} is gone`
      : undefined;
  },
  describe: ({ version }) => ({ live: `version ${version}` }),
};
