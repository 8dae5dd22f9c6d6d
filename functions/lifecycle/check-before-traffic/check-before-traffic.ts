import type { Aliases } from '../../../shared/aws/aliases.ts';
import type { HealthChecks } from '../../../shared/aws/health-checks.ts';
import type { ServicePolicy } from '../../../shared/catalog/service-entry.ts';
import { type AnswerHookDeps, coordinatorsHook } from '../../../shared/incident/lifecycle-hooks.ts';
import {
  type ObjectionToRelease,
  objectionNow,
  type StandingDeps,
} from '../../../shared/incident/objection-to-release.ts';
import type { CheckedHealth } from '../../../shared/judge/health-checks.ts';
import { knownBadInWords } from '../../../shared/judge/known-bad.ts';
import { digestsOfChange, knownBadOf } from '../../../shared/watching/known-bad-code.ts';
import {
  type DeploymentDescription,
  type DescribeDeploymentDeps,
  describeDeployment,
} from '../../watch/describe-deployment/describe-deployment.ts';

type Release = Extract<DeploymentDescription, { kind: 'release' }>;

/** Dependencies of the rule. */
export type CheckBeforeTrafficDeps = AnswerHookDeps &
  DescribeDeploymentDeps &
  StandingDeps & {
    readonly aliases: Pick<Aliases, 'digestsOf'>;
    readonly healthChecks: HealthChecks;
  };

/**
 * CodeDeploy's hook before traffic: refuses a release of a service that takes none now, a release whose code is known to be
 * bad, and one that the service's health checks find unhealthy while they find the version before it healthy. A rollback
 * always goes on.
 */
export function checkBeforeTraffic(deps: CheckBeforeTrafficDeps) {
  const describe = describeDeployment(deps);
  return coordinatorsHook<Release>(deps, {
    event: 'BeforeAllowTraffic',
    describe: async (deploymentId) => releaseOrWords(await describe({ deploymentId })),
    decide: async (release) => {
      const objection = await objectionTo(release);
      return objection
        ? { word: 'Failed', ...objection }
        : { word: 'Succeeded', cause: 'no-objection', reason: 'nothing speaks against it' };
    },
  });

  async function objectionTo(release: Release): Promise<ObjectionToRelease | undefined> {
    const { service, deploymentId } = release;
    const objection = await objectionNow(deps, service);
    if (objection) return objection;
    const subject = `${release.function}:${release.toVersion}`;
    const isOwn = ({ deployments }: { readonly deployments: object }) => deploymentId in deployments;
    const digests = await digestsOfChange(deps.aliases, release);
    const bad = await knownBadOf(deps.releases, { service, isOwn }, { ...release, digests });
    if (bad !== undefined) return { cause: 'known-bad', reason: knownBadInWords(subject, bad) };
    const unhealthy = await whyUnhealthy(release, (await deps.catalog.entry(service)).policy);
    return unhealthy === undefined ? undefined : { cause: 'unhealthy', reason: unhealthy };
  }

  /**
   * The health checks' finding against the new version alone. A check that calls the service by its alias meets the version
   * before. A check that finds the version before unhealthy too says nothing about the new one: that may be the fix.
   */
  async function whyUnhealthy(
    release: Release,
    { healthChecks }: ServicePolicy,
  ): Promise<string | undefined> {
    const eventOf = (version: string) => ({
      service: release.service,
      targets: [{ function: release.function, alias: release.alias, version }],
    });
    let looked: CheckedHealth = { evidence: [], failedLooks: {}, isDoubted: healthChecks.length > 0 };
    for (let look = 0; look < mostLooks && looked.isDoubted && !isCondemned(looked); look += 1) {
      looked = await deps.healthChecks.look(healthChecks, eventOf(release.toVersion), looked.failedLooks);
    }
    if (!isCondemned(looked)) return undefined;
    const before = await deps.healthChecks.ask(healthChecks, eventOf(release.fromVersion));
    return looked.evidence.find(
      ({ finding }, index) => finding === 'breach' && before[index]?.says === 'healthy',
    )?.detail;
  }
}

/** The largest number of `failures` of a health check; one look takes ten seconds at most. */
const mostLooks = 5;

function isCondemned({ evidence }: CheckedHealth): boolean {
  return evidence.some(({ finding }) => finding === 'breach');
}

/** A release unchanged; anything else in words. */
export function releaseOrWords(found: DeploymentDescription): Release | string {
  if (found.kind === 'release') return found;
  return found.kind === 'rollback' ? `it is a rollback by ${found.by}` : `it is not managed: ${found.reason}`;
}
