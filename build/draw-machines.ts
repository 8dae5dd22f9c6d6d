import type { DocumentedTemplate } from './documented-template.ts';

/** Mermaid: the functions that rules and schedules invoke, and the machines that these and the machines start. */
export function drawStarts({ functions, machines }: DocumentedTemplate): string {
  const invoked = functions.filter(({ events }) => events.length > 0);
  const events = [...new Set(invoked.flatMap((one) => one.events))];
  return flowchart([
    ...events.map((event, at) => `event${at}["${event}"]`),
    ...functions
      .filter((one) => invoked.includes(one) || one.starts.length > 0)
      .map(({ name }) => `${name}(["${name}"])`),
    ...machines.map(({ name }) => `${name}[["${name}"]]`),
    ...invoked.flatMap(({ name, events: own }) =>
      own.map((event) => `event${events.indexOf(event)} --> ${name}`),
    ),
    ...functions.flatMap(({ name, starts }) => starts.map((machine) => `${name} --> ${machine}`)),
    ...machines.flatMap(({ name, starts }) => starts.map((machine) => `${name} --> ${machine}`)),
  ]);
}

/** Mermaid: the functions that each machine invokes, by their rooms. */
export function drawCalls({ functions, machines }: DocumentedTemplate): string {
  const called = new Set(machines.flatMap(({ calls }) => calls));
  const rooms = [...new Set(functions.map(({ room }) => room))];
  return flowchart([
    ...machines.map(({ name }) => `${name}[["${name}"]]`),
    ...rooms.flatMap((room) => {
      const names = functions.filter((one) => one.room === room && called.has(one.name));
      if (names.length === 0) return [];
      return [
        `subgraph room_${room}["functions/${room}"]`,
        ...names.map(({ name }) => `  ${name}(["${name}"])`),
        'end',
      ];
    }),
    ...machines.flatMap(({ name, calls }) => calls.map((one) => `${name} --> ${one}`)),
  ]);
}

/** Markdown: every function by room, with its callers. */
export function tableOfFunctions({ functions, machines }: DocumentedTemplate): string {
  const rows = functions
    .map(({ name, room, description, events, services }) => {
      const callers = machines.flatMap((machine) =>
        machine.calls.includes(name) ? [`\`${machine.name}\``] : [],
      );
      const by = [...callers, ...events, ...services].join('; ') || 'a person';
      return `| ${room} | \`${name}\` | ${description} | ${by} |`;
    })
    .sort((a, b) => a.localeCompare(b, 'en'));
  return ['| room | function | what it does | invoked by |', '|---|---|---|---|', ...rows].join('\n');
}

function flowchart(lines: readonly string[]): string {
  return ['```mermaid', 'flowchart LR', ...lines.map((line) => `  ${line}`), '```'].join('\n');
}
