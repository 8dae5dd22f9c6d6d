import { checkCatalog } from '../shared/catalog/check-catalog.ts';
import { type CatalogFiles, type FileFinding, readCatalogFiles } from './catalog-files.ts';

/** Entries of files with everything that is wrong with them, alone and together. */
export interface CheckedFiles extends CatalogFiles {
  readonly isGood: boolean;
}

/**
 * Reads files and checks what they hold.
 *
 * @param elsewhere services that exist although no file has them
 * @param more further checks of the entries that can be read
 */
export async function checkFiles(
  paths: readonly string[],
  elsewhere: readonly string[] = [],
  more: (entries: CatalogFiles['entries']) => Promise<FileFinding[]> = async () => [],
): Promise<CheckedFiles> {
  const { entries, findings } = readCatalogFiles(paths);
  const together = checkCatalog(
    entries.map(({ entry }) => entry),
    // A file that cannot be read may hold the service all the same: that it cannot be read is said already.
    [...elsewhere, ...findings.map(({ service }) => service)],
  ).map((finding): FileFinding => {
    const found = entries.findLast(({ entry }) => entry.service === finding.service);
    return { ...finding, file: found?.file ?? '' };
  });
  const all = [...findings, ...together, ...(await more(entries))];
  return { entries, findings: all, isGood: all.every(({ severity }) => severity !== 'error') };
}
