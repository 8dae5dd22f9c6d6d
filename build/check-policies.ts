import { readFileSync } from 'node:fs';
import { checkPolicies } from './template-policies.ts';

/** `check-policies.ts EXPANSION`: checks the policies of an expanded template; see .ci/expand.py. */
const [file = ''] = process.argv.slice(2);
const { statements, problems } = await checkPolicies(JSON.parse(readFileSync(file, 'utf8')));
for (const problem of problems) console.error(problem);
console.log(`${statements} statements, ${problems.length} problems`);
// A smaller number means that the policies were not found, not that there are fewer.
if (problems.length > 0 || statements < 50) process.exitCode = 1;
