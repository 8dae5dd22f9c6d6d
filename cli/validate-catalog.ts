import { SSMClient } from '@aws-sdk/client-ssm';
import { CatalogParameters } from '../shared/aws/catalog-parameters.ts';
import { checkFiles } from './check-files.ts';
import { checkOnline, type FileMeaning } from './check-online.ts';
import type { Place } from './command-spec.ts';
import { findCoordinator } from './find-coordinator.ts';
import { giveAnswer } from './give-answer.ts';
import type { Screen } from './layout.ts';
import { renderFindings, renderMeanings } from './render-findings.ts';
import type { ExitStatus, Terminal } from './terminal.ts';

/** Files to check. */
export interface ValidateRequest {
  readonly paths: readonly string[];
  readonly online: boolean;
  readonly json: boolean;
  readonly place: Place;
}

/** Checks entries and reports the findings; with `--online` also those that need the account. */
export async function validateCatalog(
  { paths, online, json, place }: ValidateRequest,
  terminal: Terminal,
): Promise<ExitStatus> {
  let meanings: readonly FileMeaning[] = [];
  const checked = online ? await checkWithAccount() : await checkFiles(paths);
  const { entries, findings, isGood } = checked;
  const notChecked = online ? [] : ['alarms', 'functions', 'stacks', 'services that no file has'];
  const services = entries.map(({ file, entry }) => ({ file, service: entry.service }));
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const render = (screen: Screen) => [
    ...renderMeanings(meanings, screen),
    ...renderFindings(checked, screen),
    `${entries.length} entries read, ${errors} errors, ${findings.length - errors} notes`,
    ...(online ? [] : [`Not checked: ${notChecked.join(', ')}; --online asks the account.`]),
  ];
  giveAnswer(
    { good: isGood, services, findings, ...(online && { meanings }), notChecked },
    render,
    json,
    terminal,
  );
  return isGood ? 0 : 1;

  async function checkWithAccount() {
    const { clientConfig, catalogPath } = await findCoordinator(place, terminal);
    const there = await new CatalogParameters(new SSMClient(clientConfig), catalogPath).read();
    const names = there.map(({ service }) => service);
    return checkFiles(paths, names, async (found) => {
      const online = await checkOnline(found, clientConfig, terminal.now());
      meanings = online.meanings;
      return online.findings;
    });
  }
}
