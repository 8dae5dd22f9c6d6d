import type { ArgumentSpec, CommandSpec } from './command-spec.ts';
import { dayOrTime, momentOf } from './until.ts';

const service: ArgumentSpec = { name: 'SERVICE', count: 'one' };
const incident: ArgumentSpec = { name: 'INCIDENT', count: 'one' };
const paths: ArgumentSpec = { name: 'FILE|DIR', count: 'many' };

const files =
  'A file is YAML or JSON: one entry, or a list of them under "services". A folder stands for all such files in it.';

/** Imports a module once, when it is first needed. */
function later<Module>(load: () => Promise<Module>): () => Promise<Module> {
  let loaded: Promise<Module> | undefined;
  return () => {
    loaded ??= load();
    return loaded;
  };
}

/** The modules that run commands: help and completion need no SDK client, and start faster without one. */
const modules = {
  loadAskLedger: later(() => import('./ask-ledger.ts')),
  loadCompletion: later(() => import('./completion.ts')),
  loadDoctor: later(() => import('./doctor.ts')),
  loadDiffCatalog: later(() => import('./diff-catalog.ts')),
  loadSuggestEntry: later(() => import('./suggest-entry.ts')),
  loadConverge: later(() => import('./converge.ts')),
  loadHelp: later(() => import('./help.ts')),
  loadMayDeploy: later(() => import('./may-deploy.ts')),
  loadPlanAndRollBack: later(() => import('./plan-and-roll-back.ts')),
  loadPushCatalog: later(() => import('./push-catalog.ts')),
  loadReplay: later(() => import('./replay.ts')),
  loadRecordRelease: later(() => import('./record-release.ts')),
  loadShowStatus: later(() => import('./show-status.ts')),
  loadTellCoordinator: later(() => import('./tell-coordinator.ts')),
  loadValidateCatalog: later(() => import('./validate-catalog.ts')),
};

/** Imports all of them in advance, for a caller whose clock stands still while a command runs. */
export async function loadAllCommands(): Promise<void> {
  await Promise.all(Object.values(modules).map((load: () => Promise<unknown>) => load()));
}

/**
 * Every command. A command that queries or instructs the coordinator runs the same function as the Lambda console, with the
 * rights of the person who types, or starts the same machine as the Step Functions console: it decides nothing itself.
 */
export const commands: readonly CommandSpec[] = [
  {
    name: 'status',
    group: 'See',
    summary: 'shows what is live, what is watched, open incidents, approvals and holds',
    args: [],
    options: ['watch', 'every'],
    where: 'aws',
    examples: [
      { argv: 'status', about: 'once' },
      { argv: 'status --watch --every 5', about: 'again and again' },
    ],
    exits: { 0: 'the answer is shown' },
    json: ['status'],
    check: ({ options: { watch, every } }) => {
      if (every === undefined) return undefined;
      if (!watch) return '--every is for --watch';
      return /^\d{1,4}$/.test(every) && Number(every) >= 2 && Number(every) <= 3600
        ? undefined
        : `--every takes seconds from 2 to 3600, not "${every}"`;
    },
    run: async (call, terminal) => (await modules.loadShowStatus()).showStatus(call, terminal),
  },
  {
    name: 'incidents',
    group: 'See',
    summary: 'lists the open incidents, or the latest of a service, open or not',
    args: [{ ...service, count: 'optional' }],
    options: [],
    where: 'aws',
    examples: [
      { argv: 'incidents', about: 'all that are open' },
      { argv: 'incidents orders', about: 'those of one service' },
    ],
    exits: { 0: 'the answer is shown' },
    json: ['incidents'],
    run: async ({ args: [name], ...call }, terminal) => {
      const { askLedger } = await modules.loadAskLedger();
      const question = { query: 'incidents', ...(name !== undefined && { service: name }) };
      return askLedger({ question, ...call }, terminal);
    },
  },
  {
    name: 'holds',
    group: 'See',
    summary: 'lists what is on hold',
    args: [],
    options: [],
    where: 'aws',
    examples: [{ argv: 'holds', about: 'who put what on hold, since when, until when' }],
    exits: { 0: 'the answer is shown' },
    json: ['onHold'],
    run: async (call, terminal) => {
      const { askLedger } = await modules.loadAskLedger();
      return askLedger({ question: { query: 'holds' }, ...call }, terminal);
    },
  },
  {
    name: 'history',
    group: 'See',
    summary: 'shows the latest releases of a service, with their deployments, phase by phase',
    args: [service],
    options: ['limit'],
    where: 'aws',
    examples: [{ argv: 'history orders --limit 3', about: 'its last three releases' }],
    exits: { 0: 'the answer is shown' },
    json: ['history'],
    check: ({ options: { limit } }) =>
      limit === undefined || isCount(limit)
        ? undefined
        : `--limit takes a whole number from 1 to 100, not "${limit}"`,
    run: async ({ args: [name], options: { limit }, ...call }, terminal) => {
      const { askLedger } = await modules.loadAskLedger();
      const releases = limit === undefined ? {} : { limit: Number(limit) };
      return askLedger(
        { question: { query: 'history', service: name ?? '', ...releases }, ...call },
        terminal,
      );
    },
  },
  {
    name: 'live-at',
    group: 'See',
    summary: 'shows the versions that were live at a time: of one service, or of all',
    details: ['TIME is ISO 8601, such as 2026-01-05T09:00:00Z, or "now".'],
    args: [
      { name: 'TIME', count: 'one' },
      { ...service, count: 'optional' },
    ],
    options: [],
    where: 'aws',
    examples: [
      { argv: 'live-at now', about: 'what is live, and how that is known' },
      { argv: 'live-at 2026-01-05T09:00:00Z orders', about: 'what was live of one service' },
    ],
    exits: { 0: 'the answer is shown' },
    json: ['services'],
    run: async ({ args: [at, name], ...call }, terminal) => {
      const { askLedger } = await modules.loadAskLedger();
      const question = { query: 'live-at', at: at ?? '', ...(name !== undefined && { service: name }) };
      return askLedger({ question, ...call }, terminal);
    },
  },
  {
    name: 'why',
    group: 'See',
    summary: 'shows why a release was rolled back, what was planned and what was done',
    args: [{ name: 'INCIDENT|SERVICE', count: 'one' }],
    options: [],
    where: 'aws',
    examples: [
      { argv: 'why orders', about: 'the latest incident of a service' },
      { argv: 'why orders-20260105T090500Z', about: 'an incident' },
    ],
    exits: { 0: 'the answer is shown' },
    json: ['why'],
    run: async ({ args: [name], ...call }, terminal) => {
      const { askLedger } = await modules.loadAskLedger();
      return askLedger({ question: { query: 'why', incident: name ?? '' }, ...call }, terminal);
    },
  },
  {
    name: 'plan',
    group: 'Roll back',
    summary: 'shows what a rollback of a service would do, and changes nothing',
    details: ['It starts coordinate-rollback with the mode "plan"; a mail has the whole plan.'],
    args: [service],
    options: [],
    where: 'aws',
    examples: [{ argv: 'plan orders', about: 'the services that would go back, in their order' }],
    exits: { 0: 'the plan is shown, or nothing has to go back', 1: 'there is no way back' },
    json: ['service', 'plan'],
    run: async (call, terminal) => (await modules.loadPlanAndRollBack()).planRollback(call, terminal),
  },
  {
    name: 'rollback',
    group: 'Roll back',
    summary: 'shows the plan of a rollback, asks, and has exactly that plan executed',
    details: [
      'It starts coordinate-rollback with the digest of the plan that you saw: where something has moved since, nothing is done.',
      'What a person starts is held back by no autonomy, hold or budget.',
    ],
    args: [service],
    options: ['yes', 'reason', 'by', 'wait', 'overrule'],
    where: 'aws',
    examples: [
      { argv: 'rollback orders', about: 'with a question' },
      { argv: 'rollback orders --yes --wait --reason "checkout fails"', about: 'without one' },
    ],
    exits: {
      0: 'begun; with --wait: everything is back, or nothing had to go back',
      1: 'you did not agree, there is no way back, or it ended in another way',
    },
    json: ['service', 'plan', 'execution', 'outcome', 'reason'],
    check: ({ options: { yes }, json }) =>
      json && !yes ? 'rollback asks no question with --json: add --yes' : undefined,
    run: async (call, terminal) => (await modules.loadPlanAndRollBack()).rollBack(call, terminal),
  },
  {
    name: 'record',
    group: 'Roll back',
    summary: 'has what is live recorded, so that there is a way back to it',
    details: [
      'Do it on the day the coordinator is installed, and after something was moved by hand. What nothing has proved is ' +
        'watched for the bake of its policy.',
    ],
    args: [{ ...service, count: 'optional' }],
    options: ['all', 'good', 'reason', 'by'],
    where: 'aws',
    examples: [
      { argv: 'record --all', about: 'every service' },
      { argv: 'record orders --good --reason "ran for a month" --by Ada', about: 'and you answer for it' },
    ],
    exits: { 0: 'recorded, found or being watched' },
    json: ['service', 'executionArn', 'url', 'status', 'recorded'],
    check: ({ args, options: { all, good, reason, by } }) => {
      if ((all === true) === args.length > 0) return 'record takes one service, or --all and none';
      if (good && all) return '--good is said of one service';
      if (good && !reason) return '--good needs --reason TEXT: say in a sentence why it is good';
      return !good && (reason !== undefined || by !== undefined)
        ? '--reason and --by are for --good'
        : undefined;
    },
    run: async (call, terminal) => (await modules.loadRecordRelease()).recordRelease(call, terminal),
  },
  ...(['approve', 'refuse'] as const).map(
    (answer): CommandSpec => ({
      name: answer,
      group: 'Decide',
      summary:
        answer === 'approve'
          ? 'lets a rollback that waits for a person begin'
          : 'keeps a rollback that waits for a person from beginning',
      details: ['The answer is for the plan of the mail and for no other. The first answer stands.'],
      args: [incident],
      options: ['by', 'reason'],
      where: 'aws',
      examples: [
        { argv: `${answer} orders-20260105T090500Z --by Ada`, about: 'by the incident of the mail' },
      ],
      exits: { 0: 'the answer is written' },
      json: ['incidentId', 'answer', 'planDigest'],
      check: needsName(answer),
      run: async ({ args: [incidentId], ...call }, terminal) => {
        const { answerApproval } = await modules.loadTellCoordinator();
        return answerApproval({ incidentId: incidentId ?? '', answer }, call, terminal);
      },
    }),
  ),
  {
    name: 'acknowledge',
    group: 'Decide',
    summary: 'says that you work on an incident, so that its critical mails are not escalated',
    details: [
      'It decides nothing of a rollback. A release that looks bad and has no incident yet is acknowledged by its id.',
    ],
    args: [incident],
    options: ['by', 'reason'],
    where: 'aws',
    examples: [
      { argv: 'acknowledge orders-20260105T090500Z --by Ada', about: 'by the incident of the mail' },
    ],
    exits: { 0: 'the acknowledgement is written' },
    json: ['incidentId', 'answer'],
    check: needsName('acknowledge'),
    run: async ({ args: [incidentId], ...call }, terminal) => {
      const { answerApproval } = await modules.loadTellCoordinator();
      return answerApproval({ incidentId: incidentId ?? '', answer: 'acknowledge' }, call, terminal);
    },
  },
  ...(['hold', 'resume'] as const).map(
    (word): CommandSpec => ({
      name: word,
      group: 'Decide',
      summary:
        word === 'hold'
          ? 'puts a service on hold: the coordinator only reports what it would do'
          : 'lets a service go again that is on hold',
      args: [{ ...service, count: 'optional' }],
      options: word === 'hold' ? ['all', 'by', 'reason', 'until'] : ['all', 'by', 'reason'],
      where: 'aws',
      examples: [
        { argv: `${word} orders --by Ada`, about: 'one service' },
        { argv: `${word} --all --by Ada`, about: 'everything' },
        ...(word === 'hold' ? [{ argv: 'hold orders --by Ada --until 2h', about: 'for two hours' }] : []),
      ],
      exits: { 0: 'done; the answer lists what is on hold now' },
      json: ['onHold'],
      check: (call) =>
        (call.options.all === true) === call.args.length > 0
          ? `${word} takes one service, or --all and none`
          : (needsName(word)(call) ?? objectionToUntil(call.options.until)),
      run: async ({ args: [name = '*'], ...call }, terminal) => {
        const { holdService } = await modules.loadTellCoordinator();
        const until = momentOf(call.options.until ?? '', terminal.now());
        return holdService({ service: name, hold: word === 'hold', ...(until && { until }) }, call, terminal);
      },
    }),
  ),
  {
    name: 'may-deploy',
    group: 'Deploy',
    summary: 'says whether a deployment of a service may go on now, and why not',
    details: [
      'For pipelines: run it before a deployment. A service that is being rolled back, on hold or frozen may not be deployed.',
    ],
    args: [service],
    options: ['digest'],
    where: 'aws',
    examples: [
      { argv: 'may-deploy orders', about: 'whether it may go on' },
      {
        argv: 'may-deploy orders --digest "$CODE_SHA256"',
        about: 'whether that code may; code that was bad may not',
      },
    ],
    exits: { 0: 'it may go on', 1: 'it may not, or AWS did not answer' },
    json: ['service', 'mayDeploy', 'reason'],
    failsAsNo: true,
    run: async ({ args: [name], options: { digest }, ...call }, terminal) => {
      const { mayDeploy } = await modules.loadMayDeploy();
      return mayDeploy({ service: name ?? '', digest, ...call }, terminal);
    },
  },
  {
    name: 'converge',
    group: 'Deploy',
    summary: "puts a service's stack back after a rollback, with your own rights",
    details: [
      'It pins the stack to the versions that users are on, then applies the rest of the saved template. A change set is ' +
        'shown before anything changes. You have to be allowed to deploy the stack.',
    ],
    args: [service],
    options: ['pin-only', 'dry-run', 'yes'],
    where: 'aws',
    examples: [
      { argv: 'converge orders --dry-run', about: 'what is left to do' },
      { argv: 'converge orders --pin-only', about: 'only what makes the next deployment safe' },
    ],
    exits: { 0: 'done, or nothing to do', 1: 'it was refused or failed, or AWS did not answer' },
    json: ['service', 'incidentId', 'reason', 'parts'],
    failsAsNo: true,
    check: ({ options: { 'dry-run': dryRun, yes }, json }) => {
      if (dryRun && yes) return '--dry-run changes nothing: leave out --yes';
      return json && !dryRun && !yes
        ? 'converge asks no question with --json: add --yes or --dry-run'
        : undefined;
    },
    run: async ({ args: [name], options, ...call }, terminal) => {
      const { converge } = await modules.loadConverge();
      const { 'pin-only': pinOnly = false, 'dry-run': dryRun = false, yes = false } = options;
      return converge({ service: name ?? '', pinOnly, dryRun, yes, ...call }, terminal);
    },
  },
  {
    name: 'catalog validate',
    group: 'Catalog',
    summary: 'checks entries: form, names, circles, size; with --online what the account knows too',
    details: [
      files,
      'Without --online it reads files and nothing else: it needs no Region and no credentials.',
    ],
    args: [paths],
    options: ['online'],
    where: 'local',
    examples: [
      { argv: 'catalog validate services/', about: 'all files of a folder' },
      { argv: 'catalog validate services/ --online', about: 'alarms, functions and stacks too' },
    ],
    exits: { 0: 'the entries are right', 1: 'something is wrong with them' },
    json: ['good', 'services', 'findings', 'notChecked'],
    run: async ({ args, options: { online = false }, ...call }, terminal) => {
      const { validateCatalog } = await modules.loadValidateCatalog();
      return validateCatalog({ paths: args, online, ...call }, terminal);
    },
  },
  {
    name: 'catalog push',
    group: 'Catalog',
    summary: 'checks entries, and writes those that changed to Parameter Store; all or none',
    details: [files],
    args: [paths],
    options: [],
    where: 'aws',
    examples: [{ argv: 'catalog push services/', about: 'all files of a folder' }],
    exits: { 0: 'written, or unchanged', 1: 'something is wrong with them, and nothing was written' },
    json: ['pushed', 'findings'],
    run: async ({ args, ...call }, terminal) => {
      const { pushCatalog } = await modules.loadPushCatalog();
      return pushCatalog({ paths: args, ...call }, terminal);
    },
  },
  {
    name: 'catalog diff',
    group: 'Catalog',
    summary: 'shows what catalog push would change, field by field',
    details: [files],
    args: [paths],
    options: [],
    where: 'aws',
    examples: [{ argv: 'catalog diff services/', about: 'all files of a folder' }],
    exits: { 0: 'nothing would change', 1: 'something would' },
    json: ['differences'],
    run: async (call, terminal) => (await modules.loadDiffCatalog()).diffCatalog(call, terminal),
  },
  {
    name: 'catalog suggest',
    group: 'Catalog',
    summary: 'writes an entry for a stack: its alarms, and the services whose exports it imports',
    details: [
      'Read it, set limits and owners, and check it with catalog validate --online before you push it.',
    ],
    args: [{ name: 'STACK', count: 'many' }],
    options: [],
    where: 'aws',
    examples: [{ argv: 'catalog suggest shop-prod-orders > services/orders.yaml', about: 'into a file' }],
    exits: { 0: 'an entry for each stack', 1: 'a stack has an entry already, or nothing to watch' },
    json: ['services'],
    run: async (call, terminal) => (await modules.loadSuggestEntry()).suggestEntries(call, terminal),
  },
  {
    name: 'replay',
    group: 'Catalog',
    summary: 'judges past releases with another policy: what it would have rolled back, and when',
    details: [
      'It reads releases from the ledger and their minutes from CloudWatch, which keeps them for 15 days, and changes nothing. ' +
        'Or it reads a file of metrics and nothing else: docs/replay.md describes it.',
    ],
    args: [{ ...service, count: 'optional' }],
    options: ['policy', 'metrics', 'save', 'from', 'to'],
    where: 'aws',
    localWith: 'metrics',
    examples: [
      { argv: 'replay orders --policy orders.yaml', about: 'the releases of the last 15 days' },
      {
        argv: 'replay --policy p.yaml --metrics m.csv --from 2026-01-05',
        about: 'those of a file, from a day on',
      },
    ],
    exits: {
      0: 'replayed; no label speaks against the policy',
      1: 'it condemns a release labelled good, or misses one labelled bad',
    },
    json: ['policy', 'summary', 'releases', 'notJudged'],
    check: ({ args, options: { policy, metrics, save, from, to } }) => {
      if (policy === undefined) return 'replay needs --policy FILE';
      if ((metrics === undefined) === (args.length === 0))
        return 'replay takes a service, or --metrics FILE and none';
      if (save !== undefined && metrics !== undefined)
        return '--save is for what is read of the account, not for --metrics';
      return objectionToSpan(from, to);
    },
    run: async (call, terminal) => (await modules.loadReplay()).replay(call, terminal),
  },
  {
    name: 'doctor',
    group: 'This command',
    summary: 'looks whether everything is there that the coordinator needs',
    details: [
      'Stack, versions, machines, ledger, confirmed subscriptions, compiled catalog, alarms, ways back and clock. A call that ' +
        'you may not make is a finding too.',
    ],
    args: [],
    options: [],
    where: 'aws',
    examples: [{ argv: 'doctor', about: 'after installing, and when something seems wrong' }],
    exits: { 0: 'everything is right; there may be notes', 1: 'something is wrong' },
    json: ['right', 'findings'],
    run: async (call, terminal) => (await modules.loadDoctor()).examine(call, terminal),
  },
  {
    name: 'help',
    group: 'This command',
    summary: 'shows the commands, or the help of one',
    args: [{ name: 'COMMAND', count: 'any' }],
    options: [],
    where: 'local',
    examples: [{ argv: 'help history', about: 'the same as history --help' }],
    exits: { 0: 'the help is shown' },
    run: async ({ args }, terminal) => {
      const { showHelp } = await modules.loadHelp();
      return showHelp(args, terminal);
    },
  },
  {
    name: 'completion',
    group: 'This command',
    summary: 'writes a script with which the shell completes commands and options',
    args: [{ name: 'SHELL', count: 'one', choices: ['bash', 'zsh'] }],
    options: [],
    where: 'local',
    examples: [
      { argv: 'completion bash > ~/.rollback-coordinator.bash', about: 'then source it in ~/.bashrc' },
      { argv: 'completion zsh > ~/.zfunc/_rollback-coordinator', about: 'in a folder of $fpath' },
    ],
    exits: { 0: 'the script is shown' },
    run: async ({ args: [shell] }, terminal) => {
      const { completionScript } = await modules.loadCompletion();
      terminal.out(completionScript(shell === 'zsh' ? 'zsh' : 'bash'));
      return 0;
    },
  },
];

function needsName(command: string): NonNullable<CommandSpec['check']> {
  return ({ options: { by } }) =>
    by ? undefined : `${command} needs --by NAME: it is written down who says so`;
}

function objectionToUntil(until: string | undefined): string | undefined {
  if (until === undefined || momentOf(until, 0) !== undefined) return undefined;
  return `--until takes a time such as 2026-01-05T12:00:00Z, or 30m, 2h, 1d from now, not "${until}"`;
}

function objectionToSpan(from: string | undefined, to: string | undefined): string | undefined {
  for (const [option, text] of Object.entries({ from, to })) {
    if (text === undefined || dayOrTime(text) !== undefined) continue;
    return `--${option} takes a day such as 2026-01-05, or a time such as 2026-01-05T12:00:00Z, not "${text}"`;
  }
  const [begin, end] = [from, to].map((text) => (text === undefined ? undefined : dayOrTime(text)));
  return begin !== undefined && end !== undefined && begin >= end
    ? '--from has to be before --to'
    : undefined;
}

function isCount(text: string): boolean {
  return /^[1-9]\d?$|^100$/.test(text);
}
