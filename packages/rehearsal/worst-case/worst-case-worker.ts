import { playRun, type RunRequest } from './play-run.ts';

// The SDK warns of Node.js versions it is about to leave; nothing here goes out to AWS.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

process.on('message', async (request: RunRequest) => {
  process.send?.(await playRun(request));
});
