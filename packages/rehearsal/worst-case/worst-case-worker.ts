import { playRun, type RunRequest } from './play-run.ts';

// The SDK warns about Node.js versions that it will soon drop; no call here reaches AWS.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

process.on('message', async (request: RunRequest) => {
  process.send?.(await playRun(request));
});
