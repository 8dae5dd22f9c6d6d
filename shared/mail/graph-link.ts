import { secondOfRelease } from '../ledger/records.ts';
import { type JsurlValue, jsurl } from './jsurl.ts';
import { consoleOf, type Link } from './links.ts';
import type { MailText } from './mail-text.ts';
import type { UsersMeet, WatchedAlias } from './users-meet.ts';

/** Characters of the address: mail readers and proxies accept at least as many. */
export const mostCharacters = 2000;

/** Time before the release that the graph shows, for comparison. */
const beforeMs = 3_600_000;

/** Time that the graph goes back if the release's beginning is unknown. */
const unknownMs = 3 * 3_600_000;

/** Longest span in which points a minute apart can be told apart. */
const minutelyMs = 24 * 3_600_000;

/** A mail with a task, with a link to a graph of the metrics that the judge reads. Other mails are unchanged. */
export function withGraph(mail: MailText, region: string): MailText {
  const { todo, meet, thread = '' } = mail;
  if (todo === 'nothing' || !meet || meet.aliases.length === 0) return mail;
  const [first, ...others] = todo.links;
  const link = graphLink(meet, Date.parse(secondOfRelease(thread)), region);
  return { ...mail, todo: { ...todo, links: [first, ...others, link] } };
}

/**
 * The console's graph of requests, errors and durations of the old and the new version of each alias, from an hour before
 * the release until the mail was written. If the address would be too long, it shows the first aliases only.
 *
 * @param releasedAt ms since the epoch; NaN if it is not known
 */
export function graphLink({ aliases, readAt }: UsersMeet, releasedAt: number, region: string): Link {
  const served = aliases.flatMap(({ servedFrom }) => (servedFrom ? Date.parse(servedFrom) : []));
  const began = [releasedAt, ...served].filter((time) => time < readAt);
  const from = began.length > 0 ? Math.min(...began) - beforeMs : readAt - unknownMs;
  const urlOf = (shown: number) => {
    const graph = {
      metrics: aliases.slice(0, shown).flatMap(metricsOf),
      view: 'timeSeries',
      stacked: false,
      region,
      stat: 'Sum',
      period: readAt - from > minutelyMs ? 300 : 60,
      start: instantOf(from),
      end: instantOf(readAt),
    };
    // The query comes last, as in the console: mail readers drop a closing parenthesis from the end of an address.
    const query = jsurl('{AWS/Lambda,ExecutedVersion,FunctionName,Resource}');
    return `${consoleOf(region)}/cloudwatch/home?region=${region}#metricsV2?graph=${jsurl(graph)}&query=${query}`;
  };
  let shown = aliases.length;
  while (shown > 1 && urlOf(shown).length > mostCharacters) shown -= 1;
  const what = shown < aliases.length ? `graph of ${shown} of ${aliases.length}` : 'graph';
  return { what, url: urlOf(shown) };
}

/** In a row of the console's graph a dot repeats the value above it. */
function metricsOf({ function: name, alias, oldVersion, newVersion }: WatchedAlias): JsurlValue[] {
  const versions = [newVersion, ...(oldVersion === undefined ? [] : [oldVersion])];
  const resource = ['FunctionName', name, 'Resource', `${name}:${alias}`, 'ExecutedVersion'];
  return versions.flatMap((version) => [
    ['AWS/Lambda', 'Invocations', ...resource, version],
    ['.', 'Errors', '.', '.', '.', '.', '.', '.'],
    ['.', 'Duration', '.', '.', '.', '.', '.', '.', { stat: 'p99', yAxis: 'right' }],
  ]);
}

function instantOf(time: number): string {
  return new Date(time).toISOString();
}
