import { SFNClient } from '@aws-sdk/client-sfn';
import type { Operations } from '../../../account/service.ts';
import { StepFunctions } from '../../../account/step-functions/step-functions.ts';
import { TaskResources } from '../../../account/step-functions/task-resources.ts';
import { Wire, type WireCall } from '../../../account/wire/wire.ts';
import { Engine } from '../../../asl/engine.ts';
import type { VirtualClock } from '../../../clock/virtual-clock.ts';
import { SeededRandom } from '../../../random/seeded-random.ts';

export const machineArn = 'arn:aws:states:eu-west-1:111122223333:stateMachine:work';
export const roleArn = 'arn:aws:iam::111122223333:role/work';

/** An engine, its API and a wire to the test's own services. */
export function machineRoom(clock: VirtualClock, services: Readonly<Record<string, Operations>> = {}) {
  const random = new SeededRandom(1);
  const calls: WireCall[] = [];
  const tasks = new TaskResources({
    wire: { call: (...call) => wire.call(...call) },
    random,
    now: () => clock.now(),
    logicalIdOf: (name) => (name === 'work' ? 'Work' : undefined),
  });
  const engine = new Engine({
    clock,
    random,
    callResource: (...request) => tasks.call(...request),
    readObject: (...request) => tasks.readObject(...request),
  });
  const stepFunctions = new StepFunctions({ engine, now: () => clock.now() });
  const simulated = Object.entries(services).map(([name, operations]) => [name, { operations }]);
  const wire = new Wire({
    clock,
    random,
    region: 'eu-west-1',
    services: { ...Object.fromEntries(simulated), sfn: stepFunctions },
  });
  wire.use((call, next) => {
    calls.push(call);
    return next();
  });
  const client = new SFNClient(wire.clientConfig({ principal: 'person' }));
  return {
    engine,
    calls,
    client,
    stepFunctions,
    /** Creates the machine `work` from these states; the first one starts. */
    create(states: Record<string, object>) {
      const definition = { QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], States: states };
      stepFunctions.createStateMachine({ name: 'work', arn: machineArn, roleArn, definition });
    },
    /** Runs a machine with one Task and returns its execution. */
    async runTask(resource: string, args: object | string) {
      this.create({
        Only: { Type: 'Task', Resource: `arn:aws:states:::${resource}`, Arguments: args, End: true },
      });
      const { executionArn } = engine.startExecution({ stateMachineArn: machineArn });
      const execution = engine.execution(executionArn);
      await clock.run(() => execution.status !== 'RUNNING');
      return execution;
    },
    /** Lets time pass until `work` has settled. */
    async settled<T>(work: Promise<T>): Promise<T> {
      let done = false;
      const end = () => {
        done = true;
      };
      work.then(end, end);
      await clock.run(() => done);
      return work;
    },
  };
}
