import { PassThrough } from 'node:stream';
import { askPerson } from '../../cli/ask-person.ts';

it.each([
  ['y\n', 'y'],
  ['no\nmore\n', 'no'],
  ['', ''],
])('reads an answer from %j', async (text, answer) => {
  const input = new PassThrough();
  const output = new PassThrough();
  const asked = askPerson('Apply? [y/N] ', input, output);
  input.end(text);
  await expect(asked).resolves.toBe(answer);
  expect(String(output.read())).toBe('Apply? [y/N] ');
});
