import type { SimulatedAccount } from 'account-simulator/account/account.ts';
import type { Execution } from 'account-simulator/asl/run/execution.ts';
import type { DeployedTemplate } from 'account-simulator/deploy/deploy-template.ts';
import type { ServiceEntry } from '../../../shared/catalog/service-entry.ts';
import type { AttachedRun } from '../run/attachment.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { DeliveredEvents } from './delivered-events.ts';
import { DeploymentOrigins } from './deployment-origins.ts';
import { GroundTruth } from './ground-truth.ts';
import { LedgerMirror } from './ledger-mirror.ts';
import { PlanMirror } from './plan-mirror.ts';
import { Publications } from './publications.ts';
import { ServiceChanges } from './service-changes.ts';
import { TrafficChanges } from './traffic-changes.ts';

/** All facts that the promises are checked against, gathered once. */
export class RunFacts {
  readonly coordinator: DeployedTemplate;
  readonly account: SimulatedAccount;
  readonly scenario: Scenario;
  readonly ledger: LedgerMirror;
  readonly plans: PlanMirror;
  readonly changes: ServiceChanges;
  readonly mails: Publications;
  readonly traffic: TrafficChanges;
  readonly origins: DeploymentOrigins;
  readonly delivered: DeliveredEvents;
  readonly truth: GroundTruth;

  constructor({ coordinator, scenario }: AttachedRun) {
    const { account } = coordinator;
    this.coordinator = coordinator;
    this.account = account;
    this.scenario = scenario;
    this.ledger = new LedgerMirror(account, coordinator.nameOf('LedgerTable'));
    this.plans = new PlanMirror(account, coordinator.nameOf('Bucket'));
    this.traffic = new TrafficChanges(scenario, account);
    this.origins = new DeploymentOrigins(account);
    this.changes = new ServiceChanges(scenario, account);
    this.mails = new Publications(coordinator);
    this.delivered = new DeliveredEvents(coordinator);
    this.truth = new GroundTruth(this);
  }

  /** ms since the epoch */
  now(): number {
    return this.account.clock.now();
  }

  /** The executions of one of the template's machines, without the children of its Distributed Maps. */
  executions(machine: string): Execution[] {
    const { arn } = this.coordinator.machine(machine);
    return this.coordinator.engine.executions().filter((one) => one.stateMachine.arn === arn);
  }

  entry(service: string): ServiceEntry | undefined {
    return this.scenario.services.find((one) => one.service === service);
  }

  isManaged(service: string): boolean {
    return this.entry(service) !== undefined && !this.scenario.unmanaged.includes(service);
  }

  /** `09:04:20` */
  clock(time: number): string {
    return new Date(time).toISOString().slice(11, 19);
  }
}
