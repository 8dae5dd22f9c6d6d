import { plantedSecrets } from '../run/planted-secrets.ts';
import type { PromiseCheck } from './promise.ts';

/**
 * No secret value reaches an execution's history, a mail, the log, the ledger or the coordinator's bucket. Every service of
 * a rehearsal has two: a NoEcho parameter of its stack, which its functions carry in their environment, and a SecureString
 * in Parameter Store. Task tokens are secrets as well, except in the history, where Step Functions itself writes them, and
 * in the ledger's waiting records: of services for their turn, of plans for an approval, of watches for their next look.
 */
export const secretsStaySecret: PromiseCheck = {
  promise: 'secrets-stay-secret',
  watch(facts, broken) {
    const tokens = new Set<string>();
    facts.account.lambdaRuntime.intercept(({ payload }, next) => {
      const { taskToken } = Object(JSON.parse(payload)) as { taskToken?: unknown };
      if (typeof taskToken === 'string') tokens.add(taskToken);
      return next();
    });
    const leaks = (value: unknown) =>
      typeof value === 'string' && (holdsSecret(value) || [...tokens].some((token) => value.includes(token)));
    const bucket = facts.coordinator.nameOf('Bucket');
    facts.account.wire.onPerformed(({ call: { service, operation, input, now } }) => {
      if (service !== 's3' || operation !== 'PutObject' || input.Bucket !== bucket) return;
      if (leaks(Buffer.from(input.Body as Uint8Array).toString())) {
        broken(`${facts.clock(now)} ${input.Key} holds a secret`);
      }
    });
    facts.mails.onPublished(({ subject, body }) => {
      if (leaks(subject) || leaks(body)) broken(`the mail "${subject}" holds a secret`);
    });
    facts.account.lambdaRuntime.onLogged(({ at, logicalId, line }) => {
      if (leaks(line)) broken(`${facts.clock(at)} the log of ${logicalId} holds a secret`);
    });
    facts.ledger.onWrite(({ pk, sk, after }) => {
      if (typeof after?.token === 'string') tokens.add(after.token);
      // A waiting record holds the token of its task until the token is used.
      const leak = /^(WAITING|APPROVAL)(#|$)/.test(sk) ? holdsSecret : leaks;
      if (leak(JSON.stringify(after ?? {}))) broken(`${pk} ${sk} holds a secret`);
    });
    return () => {
      for (const { stateMachine, name, history } of facts.coordinator.engine.executions()) {
        const leak = history.find(({ details = {} }) => Object.values(details).some(holdsSecret));
        if (leak) broken(`event ${leak.id} (${leak.type}) of ${stateMachine.name} ${name} holds a secret`);
      }
    };
  },
};

function holdsSecret(value: unknown): boolean {
  return typeof value === 'string' && plantedSecrets.some((secret) => value.includes(secret));
}
