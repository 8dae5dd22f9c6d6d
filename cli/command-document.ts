import path from 'node:path';
import { type CommandSpec, couldNotBeDone, groups, optionsOf, usageOf } from './command-spec.ts';
import { commands } from './command-table.ts';
import { optionAbout, optionUsage, whereOf } from './help.ts';
import { type OptionName, options } from './options.ts';

/** The commands in Markdown: a table of all, then each with its options, examples and exit status. */
export function commandDocument(): string {
  return [
    '| command | | where |',
    '|---|---|---|',
    ...commands.map(
      (one) =>
        `| [${code(usageOf(one))}](#${anchor(one)}) | ${cell(one.summary)} | ${one.where}${one.localWith ? `; local with --${one.localWith}` : ''} |`,
    ),
    '',
    ...groups.flatMap((group) => commands.filter((one) => one.group === group).flatMap(sectionOf)),
  ]
    .join('\n')
    .trim();
}

/** All options in Markdown, with the commands that take them. */
export function optionTable(): string {
  return [
    '| option | | of |',
    '|---|---|---|',
    ...(Object.keys(options) as OptionName[]).map((name) => {
      const takers = commands.filter((one) => optionsOf(one).includes(name)).map((one) => one.name);
      const whose = takers.length > 6 ? 'most commands' : takers.join(', ') || 'no command: given alone';
      return `| ${code(optionUsage(name))} | ${cell(optionAbout(name))} | ${whose} |`;
    }),
  ].join('\n');
}

/** The file in which the JSON Schema of a command's answer is published. */
export function schemaFileOf(command: string): string {
  return `docs/schemas/${command.replaceAll(' ', '-')}.json`;
}

function sectionOf(command: CommandSpec): string[] {
  const { name, summary, details = [], options: own, examples, exits, json } = command;
  const one = exits[1] === undefined ? '' : ` 1: ${exits[1]}.`;
  return [
    `### ${name}`,
    '',
    code(`rollback-coordinator ${usageOf(command)}`),
    '',
    `${summary.charAt(0).toUpperCase()}${summary.slice(1)}. ${[...details, whereOf(command)].join(' ')}`,
    '',
    ...own.map((option) => `- ${code(optionUsage(option))}: ${optionAbout(option)}`),
    ...(own.length > 0 ? [''] : []),
    '```',
    ...examples.map(({ argv }) => `rollback-coordinator ${argv}`),
    '```',
    '',
    `Status 0: ${exits[0]}.${one} 2: ${couldNotBeDone}.${json ? ` JSON: ${json.map(code).join(', ')} ([schema](${path.posix.relative('docs', schemaFileOf(name))})).` : ''}`,
    '',
  ];
}

function anchor({ name }: CommandSpec): string {
  return name.replaceAll(' ', '-');
}

/** In a table, a bar ends a cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function code(text: string): string {
  return `\`${cell(text)}\``;
}
