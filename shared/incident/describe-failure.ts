/** A task's error in words: Lambda puts the message into a JSON cause. */
export function describeFailure({
  Error: name,
  Cause: cause = '',
}: {
  Error: string;
  Cause?: string | undefined;
}) {
  try {
    const { errorMessage } = JSON.parse(cause) as { errorMessage?: string };
    return errorMessage ? `${errorMessage} (${name})` : name;
  } catch {
    return cause ? `${name}: ${cause}` : name;
  }
}
