/**
 * The process that gets a certificate from an authority by ACME (RFC 8555). Started by acme.ts, which sends it one order.
 * What it needs for that takes more memory than the whole server, and is needed every two months.
 */

import acme from 'acme-client';
import * as v from 'valibot';
import { type Account, type AcmeTrouble, Order, type Report } from './acme-messages.ts';
import { isAccountGone, troubleOfConnection, troubleOfProblem } from './acme-trouble.ts';

/** ms between two looks at whether the authority is done, and how many. */
const LOOKS = { backoffMin: 1000, backoffMax: 5000, backoffAttempts: 30 };

/** ms for its first answer. */
const REACH_MS = 30_000;

const Problem = v.object({ type: v.string(), detail: v.optional(v.string(), '') });
/** A challenge that failed carries its problem; other answers are one. */
const Answer = v.union([v.object({ error: Problem }), Problem]);

/** The last that the authority didn't like; its client passes on only the words. */
let problem: { type: string; detail: string; retryAfter?: number } | undefined;

acme.axios.interceptors.response.use((response) => {
  const { success, output } = v.safeParse(Answer, response.data);
  if (!success) return response;
  const retryAfter = Number(response.headers['retry-after']);
  problem = { ...('error' in output ? output.error : output), ...(retryAfter > 0 && { retryAfter }) };
  return response;
});
// It would wait for as long as a busy authority says, which may be a day; the server asks again by itself.
Object.assign(acme.axios.defaults, { acmeSettings: { retryMaxAttempts: 0 } });

const tell = (report: Report) =>
  new Promise<void>((resolve) => {
    process.send?.(report, () => resolve());
  });

/** Until the server has heard what was told. */
const heard = () => new Promise<void>((resolve) => process.once('message', () => resolve()));

let isChallenged = false;

async function certificateFor({ name, directory, email }: Order, known?: Account): Promise<string> {
  const key = known?.key ?? String(await acme.crypto.createPrivateEcdsaKey('P-256'));
  const client = new acme.Client({
    ...{ directoryUrl: directory, accountKey: key, ...LOOKS },
    ...(known && { accountUrl: known.url }),
  });
  if (!known) {
    const contact = email === undefined ? {} : { contact: [`mailto:${email}`] };
    await client.createAccount({ termsOfServiceAgreed: true, ...contact });
    await tell({ type: 'account', account: { key, url: client.getAccountUrl(), directory } });
  }
  const [own, csr] = await acme.crypto.createCsr(
    { altNames: [name] },
    await acme.crypto.createPrivateEcdsaKey('P-256'),
  );
  const chain = await client.auto({
    csr,
    challengePriority: ['http-01'],
    // From inside a house the own name often leads nowhere.
    skipChallengeVerification: true,
    async challengeCreateFn(_authorization, { type, token }, answer) {
      if (type !== 'http-01') throw new Error(`The authority wants ${type}.`);
      isChallenged = true;
      const isThere = heard();
      await tell({ type: 'challenge', token, answer });
      await isThere;
    },
    challengeRemoveFn: async () => {},
  });
  return `${own}\n${chain}`;
}

/** Whether the authority is there at all: its client, told to ask once only, doesn't say what it met instead. */
async function cannotReach(directory: string): Promise<Report | undefined> {
  try {
    await (await fetch(directory, { signal: AbortSignal.timeout(REACH_MS) })).body?.cancel();
    return undefined;
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    return { type: 'failed', trouble: troubleOfConnection(code), detail: code || String(error) };
  }
}

function failure(error: unknown): Report {
  const detail = problem?.detail || (error instanceof Error ? error.message : String(error));
  let trouble: AcmeTrouble = 'unknown';
  if (problem) trouble = troubleOfProblem(problem.type);
  // Of an answer that never came.
  else if (error instanceof TypeError) trouble = 'away';
  const retryAfter = problem?.retryAfter;
  return { type: 'failed', trouble, detail, ...(retryAfter !== undefined && { retryAfter }) };
}

async function work(order: Order): Promise<Report> {
  const away = await cannotReach(order.directory);
  if (away) return away;
  const known = order.account?.directory === order.directory ? order.account : undefined;
  try {
    return { type: 'certificate', pem: await certificateFor(order, known) };
  } catch (error) {
    if (!known || isChallenged || !isAccountGone(problem?.type)) return failure(error);
  }
  problem = undefined;
  try {
    return { type: 'certificate', pem: await certificateFor(order) };
  } catch (error) {
    return failure(error);
  }
}

process.on('disconnect', () => process.exit());
process.once('message', (message) => {
  void work(v.parse(Order, message))
    .then(tell)
    .finally(() => process.exit());
});
