import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { CatalogParameters } from '../shared/aws/catalog-parameters.ts';
import { parameterBytes } from '../shared/catalog/check-catalog.ts';
import { CannotDo } from './cannot-do.ts';
import type { FileEntry } from './catalog-files.ts';
import { checkFiles } from './check-files.ts';
import { checkOnline } from './check-online.ts';
import type { Place } from './command-spec.ts';
import { findCoordinator } from './find-coordinator.ts';
import { giveAnswer } from './give-answer.ts';
import { fitTable, type Screen } from './layout.ts';
import { renderFindings } from './render-findings.ts';
import type { ExitStatus, Terminal } from './terminal.ts';

/** Parameter Store allows 3 writes a second (AWS general reference, Systems Manager quotas); this leaves some over. */
const pauseMs = 400;

/** The result for one entry. */
interface Pushed {
  readonly service: string;
  readonly parameter: string;
  readonly result: 'written' | 'unchanged';
  /** The parameter's new version; null if it was not written. */
  readonly version: number | null;
}

/** Writes entries to Parameter Store: none if any of them has an error, otherwise those that changed. */
export async function pushCatalog(
  {
    paths,
    json,
    place,
  }: { readonly paths: readonly string[]; readonly json: boolean; readonly place: Place },
  terminal: Terminal,
): Promise<ExitStatus> {
  const { clientConfig, catalogPath } = await findCoordinator(place, terminal);
  const client = new SSMClient(clientConfig);
  const there = await new CatalogParameters(client, catalogPath).read();
  const names = there.map(({ service }) => service);
  const checked = await checkFiles(paths, names, (found) =>
    checkOnline(found, clientConfig, terminal.now()).then(({ findings }) => findings),
  );
  if (!checked.isGood) {
    const { findings } = checked;
    giveAnswer({ pushed: [], findings }, (screen) => renderFindings(checked, screen), json, terminal);
    terminal.err('Nothing was written: mend the errors and push again.');
    return 1;
  }
  const pushed: Pushed[] = [];
  for (const one of checked.entries) pushed.push(await push(one));
  const { findings } = checked;
  const render = (screen: Screen) => [
    ...renderFindings(checked, screen),
    ...fitTable(['SERVICE', 'RESULT', 'VERSION', 'PARAMETER'], pushed.map(lineOf), screen),
  ];
  giveAnswer({ pushed, findings }, render, json, terminal);
  return 0;

  async function push({ entry, text }: FileEntry): Promise<Pushed> {
    const { service } = entry;
    const parameter = `${catalogPath}/${service}`;
    if (there.some((one) => one.name === parameter && one.value === text)) {
      return { service, parameter, result: 'unchanged', version: null };
    }
    if (pushed.some(({ result }) => result === 'written')) await terminal.sleep(pauseMs);
    const Type = 'String';
    // A parameter of the advanced tier cannot return to the standard one.
    const before = there.find((one) => one.name === parameter)?.value ?? '';
    const isLong = [before, text].some((value) => Buffer.byteLength(value) > parameterBytes);
    const Tier = isLong ? ('Advanced' as const) : undefined;
    const input = { Name: parameter, Value: text, Type, Overwrite: true, ...(Tier && { Tier }) } as const;
    try {
      const { Version = 0 } = await client.send(new PutParameterCommand(input));
      return { service, parameter, result: 'written', version: Version };
    } catch (error) {
      const { name, message } = error as Error;
      const written = pushed.filter(({ result }) => result === 'written').map((one) => one.service);
      throw new CannotDo(
        `${parameter} could not be written: ${name}: ${message}\n` +
          `Written before it: ${written.join(', ') || 'nothing'}. Push again: what is written already is left as it is.`,
      );
    }
  }
}

function lineOf({ service, parameter, result, version }: Pushed): string[] {
  return [service, result, version === null ? '-' : String(version), parameter];
}
