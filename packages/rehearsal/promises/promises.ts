import { backToGoodOnly } from './back-to-good-only.ts';
import { changedOnce } from './changed-once.ts';
import { consumersBeforeProviders } from './consumers-before-providers.ts';
import { dataIsKept } from './data-is-kept.ts';
import { escalatedOnce } from './escalated-once.ts';
import { everyStepIsTold } from './every-step-is-told.ts';
import { everythingEnds } from './everything-ends.ts';
import { goodIsEarned } from './good-is-earned.ts';
import { handsOff } from './hands-off.ts';
import { inputAsDocumented } from './input-as-documented.ts';
import { ledgerAgrees } from './ledger-agrees.ts';
import { ledgerLosesNothing } from './ledger-loses-nothing.ts';
import { mailsCanBeSent } from './mails-can-be-sent.ts';
import { neverInterleaved } from './never-interleaved.ts';
import { neverSilentlyBad } from './never-silently-bad.ts';
import { oneIncidentPerService } from './one-incident-per-service.ts';
import type { PromiseCheck } from './promise.ts';
import { releasesAreRecorded } from './releases-are-recorded.ts';
import { restoredWhenRolledBack } from './restored-when-rolled-back.ts';
import { secretsStaySecret } from './secrets-stay-secret.ts';
import { usersStayOff } from './users-stay-off.ts';
import { withinAutonomy } from './within-autonomy.ts';
import { withinPermissions } from './within-permissions.ts';
import { withinQuotas } from './within-quotas.ts';

/** Every promise of docs/promises.md, in its order. */
export const promises: readonly PromiseCheck[] = [
  oneIncidentPerService,
  consumersBeforeProviders,
  backToGoodOnly,
  goodIsEarned,
  changedOnce,
  everythingEnds,
  everyStepIsTold,
  escalatedOnce,
  handsOff,
  withinAutonomy,
  restoredWhenRolledBack,
  usersStayOff,
  dataIsKept,
  ledgerLosesNothing,
  ledgerAgrees,
  releasesAreRecorded,
  withinQuotas,
  withinPermissions,
  secretsStaySecret,
  neverInterleaved,
  inputAsDocumented,
  mailsCanBeSent,
  neverSilentlyBad,
];
