import type { CoverageCase } from './coverage-case.ts';
import { coveredRun } from './covered-run.ts';

// The SDK warns about Node.js versions that it will soon drop; no call here reaches AWS.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

process.on('message', async ({ one, root }: { one: CoverageCase; root: string }) => {
  process.send?.(await coveredRun(one, root));
});
