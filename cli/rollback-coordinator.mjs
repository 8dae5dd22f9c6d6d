#!/usr/bin/env node
// tsx runs the TypeScript, as for every other command of the project: one source, nothing to build, nothing stale.
import { tsImport } from 'tsx/esm/api';

// The SDK warns of Node.js versions that it will drop soon, which is not the caller's question.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const { endWithReader } = await tsImport('./end-with-reader.ts', import.meta.url);
endWithReader();
const { askPerson } = await tsImport('./ask-person.ts', import.meta.url);
const { screenOf } = await tsImport('./screen.ts', import.meta.url);
const { runCli } = await tsImport('./run-cli.ts', import.meta.url);
const terminal = {
  out: (line) => console.log(line),
  err: (line) => console.error(line),
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  ask: (question) => askPerson(question, process.stdin, process.stderr),
  clientConfig: {},
};
const screen = Object.getOwnPropertyDescriptors(screenOf(process.stdout, process.env));
process.exitCode = await runCli(process.argv.slice(2), Object.defineProperties(terminal, screen));
