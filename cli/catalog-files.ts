import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { advancedBytes, type CatalogFinding, parameterBytes } from '../shared/catalog/check-catalog.ts';
import { checkServiceEntry, parseServiceEntry } from '../shared/catalog/parse-service-entry.ts';
import type { ServiceEntry } from '../shared/catalog/service-entry.ts';
import { readYaml } from '../shared/read-yaml.ts';
import { CannotDo } from './cannot-do.ts';

/** A finding, with its file. */
export interface FileFinding extends CatalogFinding {
  readonly file: string;
}

/** An entry from a file. */
export interface FileEntry {
  readonly file: string;
  readonly entry: ServiceEntry;
  /** The future value of its parameter. */
  readonly text: string;
}

/** The content of files: the valid entries, and the findings on the others. */
export interface CatalogFiles {
  readonly entries: readonly FileEntry[];
  readonly findings: readonly FileFinding[];
}

/** Reads entries from files, and from all YAML and JSON files of folders. @throws CannotDo for a path that is neither */
export function readCatalogFiles(paths: readonly string[]): CatalogFiles {
  const entries: FileEntry[] = [];
  const findings: FileFinding[] = [];
  for (const file of paths.flatMap(filesOf)) {
    const text = readText(file);
    for (const [index, part] of partsOf(text).entries()) {
      const parsed = part.value === undefined ? parseServiceEntry(part.text) : checkServiceEntry(part.value);
      if ('entry' in parsed) {
        entries.push({ file, entry: parsed.entry, text: part.text });
        findings.push(...tooLong(file, parsed.entry.service, part.text));
      } else {
        const service = serviceOf(part.value) ?? (part.value === undefined ? '' : `entry ${index + 1}`);
        findings.push(
          ...parsed.problems.map((problem) => ({ ...problem, file, service, severity: 'error' as const })),
        );
      }
    }
  }
  return { entries, findings };
}

/** The text of a file. @throws CannotDo if it cannot be read */
export function readText(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new CannotDo(`${path}: there is no such file`);
  if (found.isDirectory()) throw new CannotDo(`${path}: is a folder, and is named like a file`);
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new CannotDo(`${path}: cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

function filesOf(path: string): string[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new CannotDo(`${path}: there is no such file or folder`);
  if (!found.isDirectory()) return [path];
  const files = readdirSync(path)
    .filter((name) => /\.(ya?ml|json)$/.test(name))
    .sort()
    .map((name) => join(path, name));
  if (files.length === 0) throw new CannotDo(`${path}: the folder has no .yaml, .yml or .json file`);
  return files;
}

/** One part for each entry; unreadable text is a part of its own, so that its problem is reported. */
function partsOf(text: string): { readonly text: string; readonly value?: unknown }[] {
  const read = readYaml(text);
  if ('problems' in read) return [{ text }];
  const { value } = read;
  const services = (value as { services?: unknown } | null)?.services;
  // A file of one entry is kept unchanged, with its comments.
  if (!Array.isArray(services)) return [{ text, value: value ?? null }];
  return services.map((one) => ({ text: stringify(one), value: one as unknown }));
}

function tooLong(file: string, service: string, text: string): FileFinding[] {
  const bytes = Buffer.byteLength(text);
  if (bytes <= parameterBytes) return [];
  if (bytes > advancedBytes) {
    const reason = `is ${bytes} bytes; an advanced parameter holds ${advancedBytes}, a standard one ${parameterBytes}`;
    return [{ file, service, severity: 'error', path: '', reason }];
  }
  const reason = `is ${bytes} bytes; above ${parameterBytes} it takes an advanced parameter, which AWS charges for`;
  return [{ file, service, severity: 'note', path: '', reason }];
}

function serviceOf(value: unknown): string | undefined {
  const service = (value as { service?: unknown } | null | undefined)?.service;
  return typeof service === 'string' ? service : undefined;
}
