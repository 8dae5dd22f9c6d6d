/** The beginning of a line that is a command. Every other line of a mail is text. */
const begins = /^ *(aws |rollback-coordinator |printf %s |[a-z_]+=\$\(aws |\([a-z]+=\$\(mktemp)/;

/** The commands of a mail, each complete as its reader copies it. */
export function commandsOf(body: string): string[] {
  return parts(body).commands;
}

/** Lines of a mail that look like a command and are none: a reader would paste them. */
export function strayCommands(body: string): string[] {
  return parts(body).text.filter((line) => /\bnpx\b|^ *[#$] |\baws [a-z0-9-]+ [a-z-]+ +-/.test(line));
}

function parts(body: string): { readonly commands: string[]; readonly text: string[] } {
  const commands: string[] = [];
  const text: string[] = [];
  let open: string | undefined;
  for (const line of body.split('\n')) {
    if (open === undefined && !begins.test(line)) {
      text.push(line);
      continue;
    }
    open = open === undefined ? line : `${open}\n${line}`;
    if (line.endsWith('\\')) continue;
    commands.push(open);
    open = undefined;
  }
  return { commands, text };
}
