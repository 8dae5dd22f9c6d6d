import { checkCatalog } from '../shared/catalog/check-catalog.ts';
import { type CatalogFiles, type FileFinding, readCatalogFiles } from './catalog-files.ts';

/** Entries of files with all findings on them, alone and together. */
export interface CheckedFiles extends CatalogFiles {
  readonly isGood: boolean;
}

/**
 * Reads files and checks their entries.
 *
 * @param elsewhere services that exist although no file has them
 * @param more further checks of the readable entries
 */
export async function checkFiles(
  paths: readonly string[],
  elsewhere: readonly string[] = [],
  more: (entries: CatalogFiles['entries']) => Promise<FileFinding[]> = async () => [],
): Promise<CheckedFiles> {
  const { entries, findings } = readCatalogFiles(paths);
  const together = checkCatalog(
    entries.map(({ entry }) => entry),
    // An unreadable file may still contain the service, and is reported already.
    [...elsewhere, ...findings.map(({ service }) => service)],
  ).map((finding): FileFinding => {
    const found = entries.findLast(({ entry }) => entry.service === finding.service);
    return { ...finding, file: found?.file ?? '' };
  });
  const all = [...findings, ...together, ...(await more(entries))];
  return { entries, findings: all, isGood: all.every(({ severity }) => severity !== 'error') };
}
