/** The simulated account and Region: parts of every ARN. */
export interface AccountIdentity {
  /** Twelve digits. */
  readonly accountId: string;
  readonly region: string;
}
