import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ScenarioError } from './scenario-problem.ts';

/** The text of a file. @throws ScenarioError if the file does not exist or cannot be read */
export function readText(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw refused(path, 'there is no such file');
  if (found.isDirectory()) throw refused(path, 'is a folder: name a file in it');
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw refused(path, `cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

/** Checks that a file can be written, before a run takes minutes. @throws ScenarioError if it cannot */
export function checkWritable(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    throw refused(path, 'is a folder: name the file to write');
  }
  const folder = dirname(resolve(path));
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw refused(path, `there is no folder ${folder}: make it first`);
  }
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    throw refused(path, `the folder ${folder} cannot be written to`);
  }
}

function refused(path: string, reason: string): ScenarioError {
  return new ScenarioError(path, [{ path: '', reason }]);
}
