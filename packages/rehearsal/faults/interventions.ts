import type { FaultOf } from './fault.ts';
import type { FaultSite } from './fault-site.ts';
import { atMoment } from './moment.ts';

/** A person with every permission. */
const person = { principal: 'person-in-the-console' };

/** Stops the execution that enters a state, or the newest running one of a machine at a time. */
export function stopExecution(fault: FaultOf<'stop-execution'>, site: FaultSite): void {
  const { engine, account } = site.coordinator;
  atMoment(fault.when, site, async (entered) => {
    const { arn } = site.coordinator.machine(fault.machine);
    const executionArn =
      entered?.executionArn ??
      engine.listExecutions({ stateMachineArn: arn, statusFilter: 'RUNNING' })[0]?.executionArn;
    if (executionArn === undefined || engine.execution(executionArn).status !== 'RUNNING') return;
    site.strikes(fault, `${executionArn.split(':').slice(6).join(' ')} is stopped by hand`);
    await account.wire.call('sfn', 'StopExecution', { executionArn }, person);
  });
}

const unsuccessful = new Set(['FAILED', 'TIMED_OUT', 'ABORTED']);

/** Redrives an execution that ended without success. */
export function redrive(fault: FaultOf<'redrive'>, site: FaultSite): void {
  const { arn } = site.coordinator.machine(fault.machine);
  let ended = 0;
  site.coordinator.engine.onStatusChange(({ status, stateMachineArn, executionArn, name }) => {
    if (stateMachineArn !== arn || !unsuccessful.has(status)) return;
    ended += 1;
    if (ended !== fault.nth) return;
    site.later(site.clock.now() + fault.after, async () => {
      await site.coordinator.account.wire.call('sfn', 'RedriveExecution', { executionArn }, person);
      site.strikes(fault, `${fault.machine} ${name} is redriven by hand`);
    });
  });
}

/** Starts a rollback by hand. */
export function startRollback(fault: FaultOf<'start'>, site: FaultSite): void {
  atMoment(fault.when, site, async () => {
    const { arn } = site.coordinator.machine('CoordinateRollback');
    const input = JSON.stringify({ service: fault.service, reason: 'a person saw something' });
    site.strikes(fault, `a person starts coordinate-rollback with ${input}`);
    await site.coordinator.account.wire.call(
      'sfn',
      'StartExecution',
      { stateMachineArn: arn, input },
      person,
    );
  });
}

/** Starts a watch by hand. */
export function startWatch(fault: FaultOf<'watch'>, site: FaultSite): void {
  atMoment(fault.when, site, async (entered) => {
    const { arn } = site.coordinator.machine('MonitorDeployment');
    const deploymentId = fault.deploymentId ?? entered?.executionArn.split(':').at(-1) ?? '';
    const input = JSON.stringify({ deploymentId });
    const name = fault.suffix === undefined ? undefined : `${deploymentId}${fault.suffix}`;
    site.strikes(fault, `a person starts monitor-deployment with ${input}`);
    await site.coordinator.account.wire.call(
      'sfn',
      'StartExecution',
      { stateMachineArn: arn, input, ...(name !== undefined && { name }) },
      person,
    );
  });
}

/** Writes an invalid catalog parameter. */
export function breakCatalog(fault: FaultOf<'catalog-broken'>, site: FaultSite): void {
  atMoment(fault.when, site, async () => {
    const Name = `/rollback-coordinator/${site.scenario.environment}/services/${fault.service}`;
    site.strikes(fault, Name);
    await site.coordinator.account.wire.call(
      'ssm',
      'PutParameter',
      { Name, Type: 'String', Value: 'service: [', Overwrite: true },
      person,
    );
  });
}

/** Sets an alarm to ALARM and back. */
export function flapAlarm(fault: FaultOf<'alarm-flaps'>, site: FaultSite): void {
  const set = (StateValue: string) =>
    site.coordinator.account.wire.call(
      'cloudwatch',
      'SetAlarmState',
      { AlarmName: fault.alarm, StateValue, StateReason: 'it flaps' },
      person,
    );
  atMoment(fault.when, site, () => {
    site.strikes(fault, `${fault.alarm}, ${fault.times} times`);
    for (let turn = 0; turn < fault.times; turn += 1) {
      const at = site.clock.now() + turn * 2 * fault.every;
      site.later(at, () => set('ALARM'));
      site.later(at + fault.every, () => set('OK'));
    }
  });
}
