/** A question to a person, whose answer is a secret; undefined where nobody can be asked. May throw `cli/cancelled`. */
export type AskSecret = (question: string) => Promise<string | undefined>;

/**
 * Tries something with a secret that a person is asked for. `attempt` gives undefined if the secret was not accepted.
 * The result is undefined if nobody can be asked, or nothing they said was accepted.
 */
export type WithSecret = <T>(
  subject: string,
  question: (again: boolean) => string,
  attempt: (secret: string) => Promise<T | undefined>,
) => Promise<T | undefined>;

/** As sudo and ssh themselves: three attempts. */
const attempts = 3;

/**
 * Asks for each subject once, however many hosts want to know at the same time: the first of them tries the answer, asks
 * again if it was not accepted, and the others go on with what was. So one slip of the finger costs one failed login.
 */
export function createDesk(ask: AskSecret | undefined): WithSecret {
  const accepted = new Map<string, string>();
  const given = new Set<string>();
  const turns = new Map<string, Promise<unknown>>();

  const inTurn = <T>(subject: string, job: () => Promise<T>): Promise<T> => {
    const turn = (turns.get(subject) ?? Promise.resolve()).then(job);
    turns.set(
      subject,
      turn.catch(() => {}),
    );
    return turn;
  };

  return async (subject, question, attempt) => {
    if (ask === undefined) return undefined;
    const first = await inTurn(subject, async () => {
      if (accepted.has(subject) || given.has(subject)) return undefined;
      for (let round = 0; round < attempts; round += 1) {
        const secret = await ask(question(round > 0));
        if (secret === undefined) break;
        const value = await attempt(secret);
        if (value === undefined) continue;
        accepted.set(subject, secret);
        return { value };
      }
      given.add(subject);
      return undefined;
    });
    if (first !== undefined) return first.value;
    const secret = accepted.get(subject);
    return secret === undefined ? undefined : attempt(secret);
  };
}
