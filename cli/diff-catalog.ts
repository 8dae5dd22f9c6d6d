import { isDeepStrictEqual } from 'node:util';
import { SSMClient } from '@aws-sdk/client-ssm';
import { CatalogParameters } from '../shared/aws/catalog-parameters.ts';
import { parseServiceEntry } from '../shared/catalog/parse-service-entry.ts';
import { type FileEntry, readCatalogFiles } from './catalog-files.ts';
import type { Call } from './command-spec.ts';
import { findCoordinator } from './find-coordinator.ts';
import { giveAnswer } from './give-answer.ts';
import { fitTable, type Screen } from './layout.ts';
import { renderFindings } from './render-findings.ts';
import type { ExitStatus, Terminal } from './terminal.ts';

/** Difference of an entry between the files and Parameter Store. */
export interface EntryDifference {
  readonly service: string;
  /** `missing`: no file has it, and `catalog push` leaves it unchanged. */
  readonly is: 'new' | 'changed' | 'same' | 'missing';
  /** Fields with different meanings; none if only comments or the order differ. */
  readonly fields: readonly { readonly path: string; readonly from: unknown; readonly to: unknown }[];
}

/** Shows the changes of `catalog push`, field by field, with the defaults of fields that are left out. */
export async function diffCatalog(call: Call, terminal: Terminal): Promise<ExitStatus> {
  const files = readCatalogFiles(call.args);
  if (files.findings.some(({ severity }) => severity === 'error')) {
    const { findings } = files;
    giveAnswer({ differences: [], findings }, (screen) => renderFindings(files, screen), call.json, terminal);
    terminal.err('Nothing was compared: mend the errors first.');
    return 2;
  }
  const { clientConfig, catalogPath } = await findCoordinator(call.place, terminal);
  const there = await new CatalogParameters(new SSMClient(clientConfig), catalogPath).read();
  const texts = new Map(there.map(({ service, value }) => [service, value]));
  const differences = [
    ...files.entries.map((one) => differenceOf(one, texts.get(one.entry.service))),
    ...there
      .filter(({ service }) => !files.entries.some(({ entry }) => entry.service === service))
      .map(({ service }): EntryDifference => ({ service, is: 'missing', fields: [] })),
  ].sort((a, b) => (a.service < b.service ? -1 : 1));
  giveAnswer({ differences }, (screen) => render(differences, screen), call.json, terminal);
  return differences.some(({ is }) => is === 'new' || is === 'changed') ? 1 : 0;
}

function differenceOf({ entry, text }: FileEntry, before: string | undefined): EntryDifference {
  const { service } = entry;
  if (before === undefined) return { service, is: 'new', fields: [] };
  if (before === text) return { service, is: 'same', fields: [] };
  const parsed = parseServiceEntry(before);
  const from = 'entry' in parsed ? leavesOf(parsed.entry) : new Map<string, unknown>();
  const to = leavesOf(entry);
  const fields = [...new Set([...from.keys(), ...to.keys()])]
    .filter((path) => !isDeepStrictEqual(from.get(path), to.get(path)))
    .sort()
    .map((path) => ({ path, from: from.get(path) ?? null, to: to.get(path) ?? null }));
  return { service, is: 'changed', fields };
}

/** The values of an entry by their paths; a list of names is one value. */
function leavesOf(value: unknown, path = ''): Map<string, unknown> {
  const isList = Array.isArray(value);
  const isNames = isList && value.every((one) => typeof one !== 'object');
  if (typeof value !== 'object' || value === null || isNames) return new Map([[path, value]]);
  return new Map(
    Object.entries(value).flatMap(([key, one]) => [...leavesOf(one, path === '' ? key : `${path}.${key}`)]),
  );
}

function render(differences: readonly EntryDifference[], screen: Screen): string[] {
  const rows = differences.flatMap(({ service, is, fields }) => {
    if (is === 'same') return [];
    if (is === 'missing') return [[service, 'in no file', '', '', '']];
    if (fields.length === 0)
      return [[service, is, is === 'new' ? '' : 'text alone, not its meaning', '', '']];
    return fields.map(({ path, from, to }) => [service, is, path, shown(from), shown(to)]);
  });
  const same = differences.filter(({ is }) => is === 'same').length;
  return [
    ...fitTable(['SERVICE', 'IS', 'FIELD', 'IN PARAMETER STORE', 'IN THE FILES'], rows, screen),
    `${same} of ${differences.length} entries are the same.`,
  ];
}

function shown(value: unknown): string {
  return value === null ? '-' : typeof value === 'string' ? value : JSON.stringify(value);
}
