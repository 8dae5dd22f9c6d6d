import type { RehearsalResult } from '../report/rehearsal-result.ts';

/** The end of a run, without times and ids: equal runs have the same text. */
export function outcomeOf({
  ended,
  incidents,
  releases,
  mails,
  undelivered,
  after,
}: RehearsalResult): string {
  return JSON.stringify({
    ended,
    undelivered,
    incidents: incidents.map(({ service, outcome }) => [service, outcome]),
    releases: releases.map(({ service, verdict }) => [service, verdict]),
    mails: mails.map(({ subject }) => subject),
    aliases: after.aliases.map(({ service, function: name, release, weights }) => [
      service,
      name,
      release,
      weights,
    ]),
    stacks: after.stacks.map(({ service, status }) => [service, status]),
    parameters: after.parameters.map(({ name, value }) => [name, value]),
    apiStages: after.apiStages,
    mesh: after.mesh,
    workflows: after.workflows,
    data: after.data.map(({ service, resource, writtenAt, deletedAt }) => [
      service,
      resource,
      writtenAt !== null,
      deletedAt !== null,
    ]),
  });
}
