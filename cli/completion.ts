import { type CommandSpec, optionsOf } from './command-spec.ts';
import { commands } from './command-table.ts';
import { type OptionName, optionSpec, options } from './options.ts';

const program = 'rollback-coordinator';

/**
 * A script with which a shell completes commands, options and the values of options with few. Names of services and
 * incidents are not completed: nobody waits for AWS while typing.
 */
export function completionScript(shell: 'bash' | 'zsh'): string {
  return shell === 'bash' ? bash() : zsh();
}

function bash(): string {
  return `# bash completion for ${program}; made by "${program} completion bash"
_rollback_coordinator() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} words
${cases()}
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _rollback_coordinator ${program}`;
}

function zsh(): string {
  return `#compdef ${program}
# zsh completion for ${program}; made by "${program} completion zsh"
_rollback_coordinator() {
  setopt localoptions ksharrays
  local current=\${words[CURRENT-1]} previous=\${words[CURRENT-2]}
  local -a COMP_WORDS; COMP_WORDS=("\${words[@]}")
  local words
${cases()}
  if [[ -n $words ]]; then unsetopt ksharrays; compadd -- \${=words}; else _files; fi
}
compdef _rollback_coordinator ${program}`;
}

/** Sets \`words\` to all words that may stand at the cursor; the same lines in both shells. */
function cases(): string {
  const valued = (Object.keys(options) as OptionName[]).filter((name) => optionSpec(name).type === 'string');
  const lines = [
    `  case "$previous" in`,
    ...valued.map((name) => `    --${name}) words="${(optionSpec(name).choices ?? []).join(' ')}" ;;`),
    '    *)',
    `      case "\${COMP_WORDS[1]} \${COMP_WORDS[2]}" in`,
    ...twoWords().map((one) => `        "${one.name}"*) words="${offered(one)}" ;;`),
    '        *)',
    `          case "\${COMP_WORDS[1]}" in`,
    ...firstWords().map(([word, offer]) => `            ${word}) words="${offer}" ;;`),
    `            *) words="${firstWords()
      .map(([word]) => word)
      .join(' ')} --help --version" ;;`,
    '          esac ;;',
    '      esac ;;',
    '  esac',
  ];
  return lines.join('\n');
}

function twoWords(): readonly CommandSpec[] {
  return commands.filter(({ name }) => name.includes(' '));
}

/** Each first word of a command, with the words that may follow it. */
function firstWords(): (readonly [string, string])[] {
  const words = [...new Set(commands.map(({ name }) => name.split(' ')[0] ?? ''))];
  return words.map((word) => {
    const own = commands.find(({ name }) => name === word);
    const below = twoWords().flatMap(({ name }) =>
      name.startsWith(`${word} `) ? name.slice(word.length + 1) : [],
    );
    const named = word === 'help' ? words : [];
    return [word, [...below, ...named, ...(own ? [offered(own)] : ['--help'])].join(' ')] as const;
  });
}

function offered(command: CommandSpec): string {
  const values = command.args.flatMap(({ choices = [] }) => choices);
  return [...values, ...optionsOf(command).map((name) => `--${name}`)].join(' ');
}
