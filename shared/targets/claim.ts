/** What a target is in the account, where its entry alone says it: no other service may have it as a target. */
export interface Claim {
  /** The same for the same thing of the account. */
  readonly key: string;
  /** What it is, with the verb: `rule rule-1 is`. */
  readonly words: string;
  /** A path of parameters, with a slash at its end: every key below it is claimed. */
  readonly below?: string;
}
