import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { coverageCommand } from './coverage/coverage-command.ts';

// The SDK warns of Node.js versions it is about to leave; nothing here goes out to AWS.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

process.exitCode = await coverageCommand(process.argv.slice(2), {
  out: (line) => console.log(line),
  err: (line) => console.error(line),
  width: process.stdout.columns ?? 200,
  root: dirname(dirname(fileURLToPath(import.meta.url))),
});
