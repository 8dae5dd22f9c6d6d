import { deployTemplate, SeededRandom, VirtualClock } from 'account-simulator';

const clock = VirtualClock.install('2026-01-01T00:00:00Z');
const random = new SeededRandom(1);
const templatePath = new URL('template.yaml', import.meta.url).pathname;
const { engine, machine } = await deployTemplate({ templatePath, clock, random });
const input = '{"invoice": 7, "days": 30}';
clock.after(0, () => engine.startExecution({ stateMachineArn: machine('Reminder').arn, input }));
await clock.run(() => engine.executions()[0]?.status === 'SUCCEEDED');
console.log(new Date(clock.now()).toISOString(), engine.executions()[0]?.output);
clock.uninstall();
