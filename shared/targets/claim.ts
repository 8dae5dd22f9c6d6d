/** The identity of a target in the account, if its entry alone shows it: no other service may have it as a target. */
export interface Claim {
  /** Equal for the same resource of the account. */
  readonly key: string;
  /** The resource with the verb: `rule rule-1 is`. */
  readonly words: string;
  /** A path of parameters, with a slash at its end: every key below it is claimed. */
  readonly below?: string;
}
