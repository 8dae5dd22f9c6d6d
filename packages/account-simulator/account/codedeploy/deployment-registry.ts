import type { TrafficRoutingConfig } from '@aws-sdk/client-codedeploy';
import type { SeededRandom } from '../../random/seeded-random.ts';
import { AwsError } from '../service.ts';
import type { Revision } from './app-spec.ts';
import type { Deployment } from './deployment.ts';
import { checkRouting, type DeploymentConfig, PREDEFINED_CONFIGS } from './deployment-config.ts';
import type { DeploymentGroup, DeploymentGroupSettings } from './deployment-group.ts';

/** A revision registered with an application. Times in ms since the epoch. */
export interface RegisteredRevision {
  readonly revision: Revision;
  readonly firstUsedAt: number;
  lastUsedAt: number;
  readonly groups: Set<string>;
}

interface Application {
  readonly groups: Map<string, DeploymentGroup>;
  /** By SHA-256. */
  readonly revisions: Map<string, RegisteredRevision>;
}

/** 50 custom deployment configurations per account (user guide, "CodeDeploy quotas"). */
const MOST_CONFIGS = 50;

/** The named objects of CodeDeploy: applications, groups, configurations, revisions, deployments. */
export class DeploymentRegistry {
  readonly #random: SeededRandom;
  readonly #applications = new Map<string, Application>();
  readonly #configs = new Map<string, DeploymentConfig>(
    PREDEFINED_CONFIGS.map((config) => [config.name, config]),
  );
  readonly #deployments: Deployment[] = [];
  readonly #byId = new Map<string, Deployment>();

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  /** Every deployment, oldest first. */
  get deployments(): readonly Deployment[] {
    return this.#deployments;
  }

  get applicationNames(): readonly string[] {
    return [...this.#applications.keys()];
  }

  /** Creates an application of the Lambda platform. @throws ApplicationAlreadyExistsException */
  createApplication(name: string): void {
    if (this.#applications.has(name)) {
      throw new AwsError('ApplicationAlreadyExistsException', `Application already exists: ${name}`);
    }
    this.#applications.set(name, { groups: new Map(), revisions: new Map() });
  }

  /** Removes an application with its groups; past deployments stay readable. */
  deleteApplication(name: string): void {
    this.#applications.delete(name);
  }

  /** Creates a group, or gives an existing group new settings. @throws ApplicationDoesNotExistException */
  putGroup(application: string, name: string, settings: DeploymentGroupSettings): void {
    this.config(settings.configName);
    const { groups } = this.#application(application);
    const existing = groups.get(name);
    if (existing) {
      existing.settings = settings;
      return;
    }
    groups.set(name, {
      id: this.#random.uuid(),
      application,
      name,
      settings,
      active: undefined,
      lastSuccessful: undefined,
      lastAttempted: undefined,
      deployments: [],
    });
  }

  deleteGroup(application: string, name: string): void {
    this.#applications.get(application)?.groups.delete(name);
  }

  /** @throws ApplicationDoesNotExistException, DeploymentGroupDoesNotExistException */
  group(application: string, name: string): DeploymentGroup {
    const group = this.#application(application).groups.get(name);
    if (!group) {
      throw new AwsError(
        'DeploymentGroupDoesNotExistException',
        `No Deployment Group found for name: ${name}`,
      );
    }
    return group;
  }

  /** Names of an application's groups. @throws ApplicationDoesNotExistException */
  groupNames(application: string): readonly string[] {
    return [...this.#application(application).groups.keys()];
  }

  /** @throws DeploymentConfigDoesNotExistException */
  config(name: string): DeploymentConfig {
    const config = this.#configs.get(name);
    if (!config) {
      throw new AwsError(
        'DeploymentConfigDoesNotExistException',
        `No Deployment Configuration found for name: ${name}`,
      );
    }
    return config;
  }

  /** Creates a custom configuration. @throws DeploymentConfigAlreadyExistsException, and for an invalid routing */
  createConfig(name: string, routing: TrafficRoutingConfig, now: number): DeploymentConfig {
    if (this.#configs.has(name)) {
      throw new AwsError(
        'DeploymentConfigAlreadyExistsException',
        `Deployment Configuration already exists: ${name}`,
      );
    }
    if (name.startsWith('CodeDeployDefault.')) {
      throw new AwsError('InvalidDeploymentConfigNameException', 'CodeDeployDefault. is a reserved prefix.');
    }
    if (this.#configs.size - PREDEFINED_CONFIGS.length >= MOST_CONFIGS) {
      throw new AwsError('DeploymentConfigLimitExceededException', `At most ${MOST_CONFIGS} are allowed.`);
    }
    checkRouting(routing);
    const config = { id: this.#random.uuid(), name, routing, createdAt: now };
    this.#configs.set(name, config);
    return config;
  }

  /** @throws DeploymentIdRequiredException, InvalidDeploymentIdException, DeploymentDoesNotExistException */
  find(id: string | undefined): Deployment {
    const deployment = this.lookUp(id);
    if (!deployment) {
      throw new AwsError('DeploymentDoesNotExistException', `The deployment ${id} could not be found`);
    }
    return deployment;
  }

  /** As {@link find}, but `undefined` for an id that is well formed and unknown. */
  lookUp(id: string | undefined): Deployment | undefined {
    if (!id) throw new AwsError('DeploymentIdRequiredException', 'No deployment ID was specified.');
    if (!/^d-[A-Z0-9]{9}$/.test(id)) {
      throw new AwsError(
        'InvalidDeploymentIdException',
        `Specified DeploymentId is not in the valid format: ${id}`,
      );
    }
    return this.#byId.get(id);
  }

  /** @throws ApplicationDoesNotExistException, RevisionDoesNotExistException */
  revision(application: string, sha256: string | undefined): RegisteredRevision {
    const registered = this.#application(application).revisions.get(sha256 ?? '');
    if (!registered) {
      throw new AwsError('RevisionDoesNotExistException', 'The specified revision could not be found.');
    }
    return registered;
  }

  protected newId(): string {
    return `d-${this.#random.alphanumeric(9)}`;
  }

  /** Adds a new deployment as its group's active one. */
  protected add(deployment: Deployment, now: number): void {
    const { group, revision } = deployment;
    this.#deployments.push(deployment);
    this.#byId.set(deployment.id, deployment);
    group.deployments.push(deployment);
    group.active = deployment;
    group.lastAttempted = deployment;
    const { revisions } = this.#application(group.application);
    const registered = revisions.get(revision.sha256);
    if (registered) {
      registered.lastUsedAt = now;
      registered.groups.add(group.name);
    } else {
      revisions.set(revision.sha256, {
        revision,
        firstUsedAt: now,
        lastUsedAt: now,
        groups: new Set([group.name]),
      });
    }
  }

  #application(name: string): Application {
    const application = this.#applications.get(name);
    if (!application) {
      throw new AwsError('ApplicationDoesNotExistException', `No application found for name: ${name}`);
    }
    return application;
  }
}
