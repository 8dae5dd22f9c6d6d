import type { CoverageCase } from './coverage-case.ts';
import { coveredRun } from './covered-run.ts';

// The SDK warns of Node.js versions it is about to leave; nothing here goes out to AWS.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

process.on('message', async ({ one, root }: { one: CoverageCase; root: string }) => {
  process.send?.(await coveredRun(one, root));
});
