import { drawCase } from './draw-case.ts';
import { runCase } from './run-case.ts';
import { scenarioInput } from './simulation-case.ts';
import type { Chunk, WorkerMessage } from './sweep.ts';

// The SDK warns about Node.js versions that it will soon drop; no call here reaches AWS.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const send = (message: WorkerMessage) =>
  new Promise<void>((resolve) => process.send?.(message, undefined, undefined, () => resolve()));

process.on('message', async ({ root, scenario, seeds }: Chunk) => {
  const given = scenario === undefined ? undefined : scenarioInput(root, scenario);
  for (const seed of seeds) await send({ report: await runCase(drawCase(seed, root, given), { root }) });
  await send({ chunkDone: true });
});
