/** Which account and Region is simulated: the parts of its ARNs. */
export interface AccountIdentity {
  /** Twelve digits. */
  readonly accountId: string;
  readonly region: string;
}
