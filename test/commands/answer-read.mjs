// Prints the AWS CLI's output of a read: the recorded answer, reduced by --query, in the format of --output.
import { readFileSync } from 'node:fs';
import jmespath from 'jmespath';

const [service, operation, ...options] = process.argv.slice(2);
const recorded = JSON.parse(readFileSync(new URL('recorded-reads.json', import.meta.url), 'utf8'));
const answer = recorded[`${service} ${operation}`];
if (!answer) throw new Error(`There is no recorded answer to aws ${service} ${operation}.`);

const givenBy = (name) => (options.includes(name) ? options[options.indexOf(name) + 1] : undefined);
const query = givenBy('--query');
const found = query === undefined ? answer : jmespath.search(answer, query);

const asText = (value) => (Array.isArray(value) ? value.map(asText).join('\t') : String(value ?? 'None'));
process.stdout.write(`${givenBy('--output') === 'text' ? asText(found) : JSON.stringify(found, null, 4)}\n`);
